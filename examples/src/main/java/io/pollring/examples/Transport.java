/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.examples;

import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.pollring.channel.IoUringEventLoopGroup;
import io.pollring.channel.IoUringServerSocketChannel;
import io.pollring.channel.IoUringSocketChannel;

import java.util.Locale;
import java.util.function.IntFunction;

/**
 * What the examples can run on. The first three rows are the whole difference between Pollring and Netty's epoll
 * transport: the event loop group is another one, and the channel classes may be.
 */
enum Transport {
    POLLRING(IoUringEventLoopGroup::new, IoUringServerSocketChannel::new, IoUringSocketChannel::new),
    /** Netty's epoll channels on Pollring's loops. */
    HOSTED(IoUringEventLoopGroup::new, EpollServerSocketChannel::new, EpollSocketChannel::new),
    EPOLL(EpollEventLoopGroup::new, EpollServerSocketChannel::new, EpollSocketChannel::new),

    /** Netty's own io_uring transport, which brings its own channel classes. */
    IO_URING(threads -> new MultiThreadIoEventLoopGroup(threads, IoUringIoHandler.newFactory()),
            io.netty.channel.uring.IoUringServerSocketChannel::new, io.netty.channel.uring.IoUringSocketChannel::new),
    NIO(threads -> new MultiThreadIoEventLoopGroup(threads, NioIoHandler.newFactory()),
            NioServerSocketChannel::new, NioSocketChannel::new);

    private final IntFunction<EventLoopGroup> group;
    private final ChannelFactory<ServerChannel> serverChannel;
    private final ChannelFactory<SocketChannel> channel;

    Transport(IntFunction<EventLoopGroup> group, ChannelFactory<ServerChannel> serverChannel,
              ChannelFactory<SocketChannel> channel) {
        this.group = group;
        this.serverChannel = serverChannel;
        this.channel = channel;
    }

    /**
     * Makes the event loops.
     *
     * @param threads how many; 0 leaves it to Netty, which takes two for each core
     * @throws IllegalStateException if the transport cannot be used, for want of kernel support or
     *         of fds; the message says why
     */
    EventLoopGroup newGroup(int threads) {
        try {
            return group.apply(threads);
        } catch (IllegalStateException | LinkageError e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            throw new IllegalStateException(
                    "transport " + this + " cannot be used here: " + describe(cause), e);
        }
    }

    ChannelFactory<ServerChannel> serverChannel() {
        return serverChannel;
    }

    ChannelFactory<SocketChannel> channel() {
        return channel;
    }

    /** The value that {@code --transport} takes. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Transport parse(String text) {
        for (Transport transport : values()) {
            if (transport.toString().equals(text)) {
                return transport;
            }
        }
        throw new BadArgumentException("--transport must be pollring, hosted, epoll, io_uring or nio, not '" + text + '\'');
    }

    private static String describe(Throwable cause) {
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
