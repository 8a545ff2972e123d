/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.netty.channel.epoll;

import io.netty.bootstrap.AbstractBootstrap;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.tests.UnixTestUtils;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.SocketTestPermutation;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.pollring.testsuite.harness.TestLoops;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Takes the place of the class of the same name in Netty's published epoll tests, because it comes first on the
 * class path: there every test class asks it for bootstraps and for the event loop group. This one answers with the
 * group under test ({@link TestLoops}), so that the published classes run on it as they are.
 * <p>
 * Each pair has the group under test on at least one side. On the other side there is the same, NIO, or Netty's epoll
 * channels on Netty's own epoll group; the last is left out when the group under test is that one itself. TCP fast open
 * is for pairs with the group under test on both sides.
 */
public final class EpollSocketTestPermutation extends SocketTestPermutation {

    static final EpollSocketTestPermutation INSTANCE = new EpollSocketTestPermutation();

    static final EventLoopGroup EPOLL_GROUP = TestLoops.newGroup(NUM_THREADS, "testsuite-under-test");

    private static final int FAST_OPEN_BACKLOG = 5;

    /** Netty's own epoll, as the peer. */
    private static final EventLoopGroup PEER_GROUP = TestLoops.isBaseline() ? null : new MultiThreadIoEventLoopGroup(
            NUM_THREADS, new DefaultThreadFactory("testsuite-peer-epoll", true), EpollIoHandler.newFactory());

    private enum Kind { UNDER_TEST, FAST_OPEN, PEER }

    private static final class Side<B extends AbstractBootstrap<?, ?>> implements BootstrapFactory<B> {
        private final Kind kind;
        private final Supplier<B> supplier;

        Side(Kind kind, Supplier<B> supplier) {
            this.kind = kind;
            this.supplier = supplier;
        }

        boolean goesWith(Side<?> other) {
            // A peer is paired with the plain side alone.
            if (kind == Kind.PEER || other.kind == Kind.PEER) {
                return kind == Kind.UNDER_TEST || other.kind == Kind.UNDER_TEST;
            }
            return true;
        }

        @Override
        public B newInstance() {
            return supplier.get();
        }
    }

    public static EpollSocketTestPermutation instance() {
        return INSTANCE;
    }

    @Override
    public List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> socket() {
        return pairs(serverSides(), clientSides(true));
    }

    @Override
    public List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> socketWithFastOpen() {
        return socket();
    }

    public List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> socketWithoutFastOpen() {
        return pairs(serverSides(), clientSides(false));
    }

    @Override
    public List<BootstrapFactory<ServerBootstrap>> serverSocket() {
        return withoutPeers(serverSides());
    }

    @Override
    public List<BootstrapFactory<Bootstrap>> clientSocket() {
        return withoutPeers(clientSides(false));
    }

    @Override
    public List<BootstrapFactory<Bootstrap>> clientSocketWithFastOpen() {
        return withoutPeers(clientSides(true));
    }

    @Override
    public List<BootstrapComboFactory<Bootstrap, Bootstrap>> datagram(SocketProtocolFamily family) {
        List<Side<Bootstrap>> sides = epollDatagramSides(family);
        sides.add(new Side<>(Kind.PEER, () -> new Bootstrap().group(NIO_GROUP).channelFactory(
                named("NioDatagramChannel(" + family + ')', () -> new NioDatagramChannel(family)))));
        return pairs(sides, sides);
    }

    public List<BootstrapComboFactory<Bootstrap, Bootstrap>> epollOnlyDatagram(SocketProtocolFamily family) {
        List<Side<Bootstrap>> sides = epollDatagramSides(family);
        return pairs(sides, sides);
    }

    @Override
    public List<BootstrapFactory<Bootstrap>> datagramSocket() {
        return List.of(new Side<>(Kind.UNDER_TEST, () -> bootstrap(EPOLL_GROUP, EpollDatagramChannel.class)));
    }

    public List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> domainSocket() {
        return pairs(domainServerSides(), domainSides(EpollDomainSocketChannel.class));
    }

    public List<BootstrapFactory<ServerBootstrap>> serverDomainSocket() {
        return withoutPeers(domainServerSides());
    }

    public List<BootstrapFactory<Bootstrap>> clientDomainSocket() {
        return withoutPeers(domainSides(EpollDomainSocketChannel.class));
    }

    public List<BootstrapComboFactory<Bootstrap, Bootstrap>> domainDatagram() {
        List<Side<Bootstrap>> sides = domainSides(EpollDomainDatagramChannel.class);
        return pairs(sides, sides);
    }

    public List<BootstrapFactory<Bootstrap>> domainDatagramSocket() {
        return List.of(new Side<>(Kind.UNDER_TEST, () -> bootstrap(EPOLL_GROUP, EpollDomainDatagramChannel.class)));
    }

    public static DomainSocketAddress newDomainSocketAddress() {
        return UnixTestUtils.newDomainSocketAddress();
    }

    /** For a test that brings the other end itself, as a plain socket. */
    private static <B extends AbstractBootstrap<?, ?>> List<BootstrapFactory<B>> withoutPeers(List<Side<B>> sides) {
        return sides.stream().filter(side -> side.kind != Kind.PEER).collect(Collectors.toList());
    }

    private List<Side<ServerBootstrap>> serverSides() {
        List<Side<ServerBootstrap>> sides = new ArrayList<>();
        sides.add(new Side<>(Kind.UNDER_TEST, () -> server(EPOLL_GROUP, EpollServerSocketChannel.class)));
        if (Epoll.isTcpFastOpenServerSideAvailable()) {
            sides.add(new Side<>(Kind.FAST_OPEN, () -> server(EPOLL_GROUP, EpollServerSocketChannel.class)
                    .option(ChannelOption.TCP_FASTOPEN, FAST_OPEN_BACKLOG)));
        }
        if (PEER_GROUP != null) {
            sides.add(new Side<>(Kind.PEER, () -> server(PEER_GROUP, EpollServerSocketChannel.class)));
        }
        sides.add(new Side<>(Kind.PEER, () -> server(NIO_GROUP, NioServerSocketChannel.class)));
        return sides;
    }

    private List<Side<Bootstrap>> clientSides(boolean withFastOpen) {
        List<Side<Bootstrap>> sides = new ArrayList<>();
        sides.add(new Side<>(Kind.UNDER_TEST, () -> bootstrap(EPOLL_GROUP, EpollSocketChannel.class)));
        if (withFastOpen && Epoll.isTcpFastOpenClientSideAvailable()) {
            sides.add(new Side<>(Kind.FAST_OPEN, () -> bootstrap(EPOLL_GROUP, EpollSocketChannel.class)
                    .option(ChannelOption.TCP_FASTOPEN_CONNECT, true)));
        }
        if (PEER_GROUP != null) {
            sides.add(new Side<>(Kind.PEER, () -> bootstrap(PEER_GROUP, EpollSocketChannel.class)));
        }
        sides.add(new Side<>(Kind.PEER, () -> bootstrap(NIO_GROUP, NioSocketChannel.class)));
        return sides;
    }

    private static List<Side<Bootstrap>> epollDatagramSides(SocketProtocolFamily family) {
        List<Side<Bootstrap>> sides = new ArrayList<>();
        ChannelFactory<Channel> factory =
                named("EpollDatagramChannel(" + family + ')', () -> new EpollDatagramChannel(family));
        sides.add(new Side<>(Kind.UNDER_TEST, () -> new Bootstrap().group(EPOLL_GROUP).channelFactory(factory)));
        if (PEER_GROUP != null) {
            sides.add(new Side<>(Kind.PEER, () -> new Bootstrap().group(PEER_GROUP).channelFactory(factory)));
        }
        return sides;
    }

    private static List<Side<ServerBootstrap>> domainServerSides() {
        List<Side<ServerBootstrap>> sides = new ArrayList<>();
        sides.add(new Side<>(Kind.UNDER_TEST, () -> server(EPOLL_GROUP, EpollServerDomainSocketChannel.class)));
        if (PEER_GROUP != null) {
            sides.add(new Side<>(Kind.PEER, () -> server(PEER_GROUP, EpollServerDomainSocketChannel.class)));
        }
        return sides;
    }

    private static List<Side<Bootstrap>> domainSides(Class<? extends Channel> type) {
        List<Side<Bootstrap>> sides = new ArrayList<>();
        sides.add(new Side<>(Kind.UNDER_TEST, () -> bootstrap(EPOLL_GROUP, type)));
        if (PEER_GROUP != null) {
            sides.add(new Side<>(Kind.PEER, () -> bootstrap(PEER_GROUP, type)));
        }
        return sides;
    }

    private <A extends AbstractBootstrap<?, ?>, B extends AbstractBootstrap<?, ?>>
    List<BootstrapComboFactory<A, B>> pairs(List<Side<A>> servers, List<Side<B>> clients) {
        List<BootstrapComboFactory<A, B>> pairs = new ArrayList<>();
        for (Side<A> server : servers) {
            for (Side<B> client : clients) {
                if (server.goesWith(client)) {
                    pairs.addAll(combo(List.of(server), List.of(client)));
                }
            }
        }
        return pairs;
    }

    private static ServerBootstrap server(EventLoopGroup group, Class<? extends ServerChannel> type) {
        return new ServerBootstrap().group(group).channel(type);
    }

    private static Bootstrap bootstrap(EventLoopGroup group, Class<? extends Channel> type) {
        return new Bootstrap().group(group).channel(type);
    }

    private static ChannelFactory<Channel> named(String name, Supplier<Channel> supplier) {
        return new ChannelFactory<>() {
            @Override
            public Channel newChannel() {
                return supplier.get();
            }

            @Override
            public String toString() {
                return name;
            }
        };
    }
}
