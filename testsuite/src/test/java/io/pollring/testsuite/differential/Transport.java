/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import io.netty.channel.Channel;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.pollring.channel.IoUringDatagramChannel;
import io.pollring.channel.IoUringDomainDatagramChannel;
import io.pollring.channel.IoUringEventLoopGroup;
import io.pollring.channel.IoUringIoHandlerConfig;
import io.pollring.channel.IoUringServerDomainSocketChannel;
import io.pollring.channel.IoUringServerSocketChannel;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ThreadFactory;

/** Whose channels run on whose loops. */
enum Transport {
    /** Netty's own, which all others are compared with. */
    EPOLL(false),
    /** Netty's channels on our loop. */
    HOSTED(false),
    /** Our channels, with batched I/O. */
    OWN(true),
    /** The same, with all that they may leave to the loop left to it. */
    BATCHING(true),
    /** Our channels without. */
    DIRECT(true),
    /** Our channels where there is no ring. */
    NO_RING(true);

    /** Those that differ for datagrams, which are never batched. */
    static final Set<Transport> FOR_DATAGRAMS = EnumSet.of(EPOLL, HOSTED, OWN, NO_RING);

    private static final String NO_RING_PROPERTY = "io.pollring.noRing";

    private final boolean own;

    Transport(boolean own) {
        this.own = own;
    }

    /** Whether an adaptive allocator's buffers are a little larger than it guesses. */
    boolean readsLarger() {
        return own;
    }

    /** Whether its channels are our own. */
    boolean isOwn() {
        return own;
    }

    /** Whether what is flushed in a read may be sent at the end of the turn. */
    boolean sendsLate() {
        return this == OWN || this == BATCHING;
    }

    IoEventLoopGroup newGroup(int loops) {
        ThreadFactory threads = new DefaultThreadFactory("differential-" + name().toLowerCase(), true);
        if (this == EPOLL) {
            return new MultiThreadIoEventLoopGroup(loops, threads, EpollIoHandler.newFactory());
        }
        IoUringIoHandlerConfig config = new IoUringIoHandlerConfig().setBatchedIo(sendsLate());
        if (this == BATCHING) {
            config.setBatchFrom(1);
        }
        if (this != NO_RING) {
            return new IoUringEventLoopGroup(loops, threads, config);
        }
        // Read when the group is made.
        String before = System.setProperty(NO_RING_PROPERTY, "true");
        try {
            return new IoUringEventLoopGroup(loops, threads, config);
        } finally {
            if (before == null) {
                System.clearProperty(NO_RING_PROPERTY);
            } else {
                System.setProperty(NO_RING_PROPERTY, before);
            }
        }
    }

    Class<? extends ServerChannel> serverType(SocketKind kind) {
        if (kind == SocketKind.TCP) {
            return own ? IoUringServerSocketChannel.class : EpollServerSocketChannel.class;
        }
        return own ? IoUringServerDomainSocketChannel.class : EpollServerDomainSocketChannel.class;
    }

    Channel newDatagramChannel(SocketKind kind) {
        if (kind == SocketKind.UNIX_DATAGRAM) {
            return own ? new IoUringDomainDatagramChannel() : new EpollDomainDatagramChannel();
        }
        SocketProtocolFamily family = kind == SocketKind.UDP6 ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET;
        return own ? new IoUringDatagramChannel(family) : new EpollDatagramChannel(family);
    }
}
