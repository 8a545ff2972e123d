/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.reactor;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.DomainDatagramChannel;
import io.netty.channel.unix.DomainSocketChannel;
import io.netty.channel.unix.ServerDomainSocketChannel;
import io.pollring.channel.IoUringDatagramChannel;
import io.pollring.channel.IoUringDomainDatagramChannel;
import io.pollring.channel.IoUringDomainSocketChannel;
import io.pollring.channel.IoUringServerDomainSocketChannel;
import io.pollring.channel.IoUringServerSocketChannel;
import io.pollring.channel.IoUringSocketChannel;

import java.util.function.Supplier;

/** Whose channels connections have. */
public enum PollringChannels {
    /** Pollring's own {@code IoUring*Channel}s, which send and receive through the ring. */
    OWN(new Kind<>(SocketChannel.class, IoUringSocketChannel.class, IoUringSocketChannel::new),
            new Kind<>(ServerSocketChannel.class, IoUringServerSocketChannel.class, IoUringServerSocketChannel::new),
            new Kind<>(DatagramChannel.class, IoUringDatagramChannel.class, IoUringDatagramChannel::new),
            new Kind<>(DomainSocketChannel.class, IoUringDomainSocketChannel.class, IoUringDomainSocketChannel::new),
            new Kind<>(ServerDomainSocketChannel.class, IoUringServerDomainSocketChannel.class,
                    IoUringServerDomainSocketChannel::new),
            new Kind<>(DomainDatagramChannel.class, IoUringDomainDatagramChannel.class,
                    IoUringDomainDatagramChannel::new)),

    /** Netty's {@code Epoll*Channel}s, which only wait on the ring: for programs that cast to them. */
    NETTY(new Kind<>(SocketChannel.class, EpollSocketChannel.class, EpollSocketChannel::new),
            new Kind<>(ServerSocketChannel.class, EpollServerSocketChannel.class, EpollServerSocketChannel::new),
            new Kind<>(DatagramChannel.class, EpollDatagramChannel.class, EpollDatagramChannel::new),
            new Kind<>(DomainSocketChannel.class, EpollDomainSocketChannel.class, EpollDomainSocketChannel::new),
            new Kind<>(ServerDomainSocketChannel.class, EpollServerDomainSocketChannel.class,
                    EpollServerDomainSocketChannel::new),
            new Kind<>(DomainDatagramChannel.class, EpollDomainDatagramChannel.class,
                    EpollDomainDatagramChannel::new));

    private final Kind<?>[] kinds;

    PollringChannels(Kind<?>... kinds) {
        this.kinds = kinds;
    }

    <C extends Channel> C newChannel(Class<C> type) {
        return type.cast(kind(type).factory.get());
    }

    <C extends Channel> Class<? extends C> channelClass(Class<C> type) {
        return kind(type).implementation.asSubclass(type);
    }

    private Kind<?> kind(Class<? extends Channel> type) {
        for (Kind<?> kind : kinds) {
            if (kind.type == type) {
                return kind;
            }
        }
        throw new IllegalArgumentException("type: " + type.getName() + " (expected: one of Netty's interfaces of TCP, "
                + "UDP and UNIX domain channels)");
    }

    private static final class Kind<C extends Channel> {
        final Class<? super C> type;
        final Class<C> implementation;
        final Supplier<C> factory;

        Kind(Class<? super C> type, Class<C> implementation, Supplier<C> factory) {
            this.type = type;
            this.implementation = implementation;
            this.factory = factory;
        }
    }
}
