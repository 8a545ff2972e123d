/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.NetUtil;
import org.junit.jupiter.params.provider.Arguments;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Channel classes, and the loops that they run on: our own channels in each mode, and Netty's epoll transport, which
 * must do the same in every test.
 */
enum Transport {
    RING(Mode.RING),
    DIRECT(Mode.DIRECT),
    REVERTED(Mode.REVERTED),
    NO_RING(Mode.NO_RING),
    NETTY(Mode.EPOLL);

    private static final AtomicInteger NAMES = new AtomicInteger();

    final Mode mode;

    Transport(Mode mode) {
        this.mode = mode;
    }

    TestGroup newGroup(int nThreads) {
        return new TestGroup(mode, nThreads);
    }

    Class<? extends Channel> socketClass(Family family) {
        return this == NETTY ? family.nettys : family.ours;
    }

    Class<? extends ServerChannel> serverClass(Family family) {
        return this == NETTY ? family.nettysServer : family.oursServer;
    }

    /** All transports with all kinds of streams, as arguments. */
    static Stream<Arguments> withFamilies() {
        return Stream.of(values()).flatMap(
                transport -> Stream.of(Family.values()).map(family -> Arguments.of(transport, family)));
    }

    /** A client that has no address to connect to yet. */
    Bootstrap client(EventLoopGroup group, Family family, ChannelHandler handler) {
        return new Bootstrap().group(group).channel(socketClass(family)).handler(handler);
    }

    /** A server; bound by {@link ServerBootstrap#bind(SocketAddress)} to {@link Family#anyAddress()}. */
    ServerBootstrap server(EventLoopGroup group, Family family, ChannelHandler childHandler) {
        return new ServerBootstrap().group(group).channel(serverClass(family)).childHandler(childHandler);
    }

    /** The addresses of a kind of stream. */
    enum Family {
        TCP(IoUringSocketChannel.class, IoUringServerSocketChannel.class, EpollSocketChannel.class,
                EpollServerSocketChannel.class),
        UNIX(IoUringDomainSocketChannel.class, IoUringServerDomainSocketChannel.class, EpollDomainSocketChannel.class,
                EpollServerDomainSocketChannel.class);

        private final Class<? extends Channel> ours;
        private final Class<? extends ServerChannel> oursServer;
        private final Class<? extends Channel> nettys;
        private final Class<? extends ServerChannel> nettysServer;

        Family(Class<? extends Channel> ours, Class<? extends ServerChannel> oursServer,
               Class<? extends Channel> nettys, Class<? extends ServerChannel> nettysServer) {
            this.ours = ours;
            this.oursServer = oursServer;
            this.nettys = nettys;
            this.nettysServer = nettysServer;
        }

        /** An address to bind a server to that nobody has. */
        SocketAddress anyAddress() {
            return this == TCP ? new InetSocketAddress(NetUtil.LOCALHOST4, 0) : new DomainSocketAddress(
                    "\0pollring-" + ProcessHandle.current().pid() + '-' + NAMES.incrementAndGet());
        }
    }
}
