/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.pollring.channel.IoUring;
import io.pollring.channel.IoUringEventLoopGroup;
import io.pollring.channel.IoUringIoHandler;

import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;

/**
 * What a benchmark's server can run on. Every one of them gets its default settings: this measures what a user gets
 * who changes nothing but the transport.
 */
enum Transport {
    /** Netty's own epoll channels, hosted on our loop. */
    POLLRING(IoUring::unavailabilityCause, IoUringIoHandler::newFactory, EpollServerSocketChannel.class,
            EpollDatagramChannel.class.getName()) {
        @Override
        MultiThreadIoEventLoopGroup newGroup(ThreadFactory threads) {
            return new IoUringEventLoopGroup(1, threads);
        }
    },
    /** Our own channels. */
    OWN(IoUring::unavailabilityCause, IoUringIoHandler::newFactory,
            io.pollring.channel.IoUringServerSocketChannel.class, "io.pollring.channel.IoUringDatagramChannel") {
        @Override
        MultiThreadIoEventLoopGroup newGroup(ThreadFactory threads) {
            return new IoUringEventLoopGroup(1, threads);
        }
    },
    /** The channels of {@link #POLLRING} on Netty's epoll. */
    EPOLL(Epoll::unavailabilityCause, EpollIoHandler::newFactory, EpollServerSocketChannel.class,
            EpollDatagramChannel.class.getName()),
    /** Netty's official io_uring transport. */
    IO_URING(io.netty.channel.uring.IoUring::unavailabilityCause,
            io.netty.channel.uring.IoUringIoHandler::newFactory, IoUringServerSocketChannel.class,
            IoUringDatagramChannel.class.getName()),
    NIO(() -> null, NioIoHandler::newFactory, NioServerSocketChannel.class, NioDatagramChannel.class.getName());

    private final Supplier<Throwable> unavailabilityCause;
    private final Supplier<IoHandlerFactory> handlerFactory;
    private final Class<? extends ServerChannel> serverChannel;
    private final String datagramChannel;

    Transport(Supplier<Throwable> unavailabilityCause, Supplier<IoHandlerFactory> handlerFactory,
              Class<? extends ServerChannel> serverChannel, String datagramChannel) {
        this.unavailabilityCause = unavailabilityCause;
        this.handlerFactory = handlerFactory;
        this.serverChannel = serverChannel;
        this.datagramChannel = datagramChannel;
    }

    /** {@code null} when it can be used here. */
    Throwable unavailabilityCause() {
        return unavailabilityCause.get();
    }

    /** Whether it is our loop, whatever the channels on it. */
    boolean isOurs() {
        return this == POLLRING || this == OWN;
    }

    /** A group of one loop, made as a user would make it. */
    MultiThreadIoEventLoopGroup newGroup(ThreadFactory threads) {
        return new MultiThreadIoEventLoopGroup(1, threads, handlerFactory.get());
    }

    /** A group of one loop that counts its iterations. */
    IterationCountingGroup newCountingGroup(ThreadFactory threads) {
        return new IterationCountingGroup(threads, handlerFactory.get());
    }

    Class<? extends ServerChannel> serverChannel() {
        return serverChannel;
    }

    /** By name, as a version of our transport may be measured that has none. */
    Class<? extends DatagramChannel> datagramChannel() throws ClassNotFoundException {
        return Class.forName(datagramChannel).asSubclass(DatagramChannel.class);
    }

    boolean hasDatagramChannel() {
        try {
            datagramChannel();
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
