/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.pollring.channel.IoUringDatagramChannel;
import io.pollring.channel.IoUringEventLoopGroup;
import io.pollring.channel.IoUringServerSocketChannel;
import io.pollring.channel.IoUringSocketChannel;

import java.util.List;

/** What a program runs on. */
public enum Transport {
    /** Our channels on our loops. */
    OWN(IoUringSocketChannel.class, IoUringServerSocketChannel.class, IoUringDatagramChannel.class),
    /** Netty's channels on our loops. */
    HOSTED(EpollSocketChannel.class, EpollServerSocketChannel.class, EpollDatagramChannel.class),
    /** Netty's channels on Netty's loops: what a program does there it has to do on ours. */
    EPOLL(EpollSocketChannel.class, EpollServerSocketChannel.class, EpollDatagramChannel.class);

    private final Class<? extends SocketChannel> channelClass;
    private final Class<? extends ServerChannel> serverChannelClass;
    private final Class<? extends DatagramChannel> datagramChannelClass;

    Transport(Class<? extends SocketChannel> channelClass, Class<? extends ServerChannel> serverChannelClass,
              Class<? extends DatagramChannel> datagramChannelClass) {
        this.channelClass = channelClass;
        this.serverChannelClass = serverChannelClass;
        this.datagramChannelClass = datagramChannelClass;
    }

    public Class<? extends SocketChannel> channelClass() {
        return channelClass;
    }

    public Class<? extends ServerChannel> serverChannelClass() {
        return serverChannelClass;
    }

    public Class<? extends DatagramChannel> datagramChannelClass() {
        return datagramChannelClass;
    }

    EventLoopGroup newGroup(int loops) {
        return isOurs() ? new IoUringEventLoopGroup(loops)
                : new MultiThreadIoEventLoopGroup(loops, EpollIoHandler.newFactory());
    }

    /** Whether our loops run it. */
    boolean isOurs() {
        return this != EPOLL;
    }

    /** Those that this run is about: all of them, or in the quick part our own channels only. */
    public static List<Transport> tried() {
        return Scope.isWhole() ? List.of(values()) : List.of(OWN);
    }

    /** Those for a program that takes no other channels than Netty's. */
    public static List<Transport> hosting() {
        return Scope.isWhole() ? List.of(HOSTED, EPOLL) : List.of(HOSTED);
    }
}
