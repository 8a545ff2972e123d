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
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.pollring.channel.IoUringEventLoopGroup;

import java.util.Locale;
import java.util.function.IntFunction;

/**
 * What the examples can run on. The first two rows are the whole difference between Netty's epoll transport and
 * Pollring: the channel classes are the same, only the event loop group is another one.
 */
enum Transport {
    POLLRING(IoUringEventLoopGroup::new, EpollServerSocketChannel::new, EpollSocketChannel::new),
    EPOLL(EpollEventLoopGroup::new, EpollServerSocketChannel::new, EpollSocketChannel::new),

    /** Netty's own io_uring transport, which brings its own channel classes. */
    IO_URING(threads -> new MultiThreadIoEventLoopGroup(threads, IoUringIoHandler.newFactory()),
            IoUringServerSocketChannel::new, IoUringSocketChannel::new),
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
        throw new BadArgumentException("--transport must be pollring, epoll, io_uring or nio, not '" + text + '\'');
    }

    private static String describe(Throwable cause) {
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
