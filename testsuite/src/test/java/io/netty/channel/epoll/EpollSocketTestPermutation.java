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
import io.pollring.testsuite.harness.TestChannels;
import io.pollring.testsuite.harness.TestLoops;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Takes the place of the class of the same name in Netty's published epoll tests, because it comes first on the
 * class path: there every test class asks it for bootstraps and for the event loop group. This one answers with the
 * group ({@link TestLoops}) and the channels ({@link TestChannels}) under test, so that the published classes run on
 * them as they are.
 * <p>
 * Each pair has the channels under test on at least one side. On the other side there is the same, NIO, Netty's epoll
 * channels on Netty's own epoll group (left out when that is what is under test), or, when our own channels are under
 * test, Netty's epoll channels hosted by our group. TCP fast open is for pairs with the same on both sides.
 */
public final class EpollSocketTestPermutation extends SocketTestPermutation {

    static final EpollSocketTestPermutation INSTANCE = new EpollSocketTestPermutation();

    static final EventLoopGroup EPOLL_GROUP = TestLoops.newGroup(NUM_THREADS, "testsuite-under-test");

    private static final Class<? extends Channel> SOCKET = TestChannels.inPlaceOf(EpollSocketChannel.class);
    private static final Class<? extends Channel> SERVER = TestChannels.inPlaceOf(EpollServerSocketChannel.class);
    private static final Class<? extends Channel> DATAGRAM = TestChannels.inPlaceOf(EpollDatagramChannel.class);
    private static final Class<? extends Channel> DOMAIN_SOCKET =
            TestChannels.inPlaceOf(EpollDomainSocketChannel.class);
    private static final Class<? extends Channel> DOMAIN_SERVER =
            TestChannels.inPlaceOf(EpollServerDomainSocketChannel.class);
    private static final Class<? extends Channel> DOMAIN_DATAGRAM =
            TestChannels.inPlaceOf(EpollDomainDatagramChannel.class);

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
        sides.add(new Side<>(Kind.PEER, () -> datagram(NIO_GROUP, NioDatagramChannel.class, family)));
        return pairs(sides, sides);
    }

    public List<BootstrapComboFactory<Bootstrap, Bootstrap>> epollOnlyDatagram(SocketProtocolFamily family) {
        List<Side<Bootstrap>> sides = epollDatagramSides(family);
        return pairs(sides, sides);
    }

    @Override
    public List<BootstrapFactory<Bootstrap>> datagramSocket() {
        return List.of(new Side<>(Kind.UNDER_TEST, () -> bootstrap(EPOLL_GROUP, DATAGRAM)));
    }

    public List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> domainSocket() {
        return pairs(domainServerSides(), domainSides(DOMAIN_SOCKET, EpollDomainSocketChannel.class));
    }

    public List<BootstrapFactory<ServerBootstrap>> serverDomainSocket() {
        return withoutPeers(domainServerSides());
    }

    public List<BootstrapFactory<Bootstrap>> clientDomainSocket() {
        return withoutPeers(domainSides(DOMAIN_SOCKET, EpollDomainSocketChannel.class));
    }

    public List<BootstrapComboFactory<Bootstrap, Bootstrap>> domainDatagram() {
        List<Side<Bootstrap>> sides = domainSides(DOMAIN_DATAGRAM, EpollDomainDatagramChannel.class);
        return pairs(sides, sides);
    }

    public List<BootstrapFactory<Bootstrap>> domainDatagramSocket() {
        return List.of(new Side<>(Kind.UNDER_TEST, () -> bootstrap(EPOLL_GROUP, DOMAIN_DATAGRAM)));
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
        sides.add(new Side<>(Kind.UNDER_TEST, () -> server(EPOLL_GROUP, SERVER)));
        if (Epoll.isTcpFastOpenServerSideAvailable()) {
            sides.add(new Side<>(Kind.FAST_OPEN, () -> server(EPOLL_GROUP, SERVER)
                    .option(ChannelOption.TCP_FASTOPEN, FAST_OPEN_BACKLOG)));
        }
        sides.addAll(epollPeers(SERVER, EpollServerSocketChannel.class, EpollSocketTestPermutation::server));
        sides.add(new Side<>(Kind.PEER, () -> server(NIO_GROUP, NioServerSocketChannel.class)));
        return sides;
    }

    private List<Side<Bootstrap>> clientSides(boolean withFastOpen) {
        List<Side<Bootstrap>> sides = new ArrayList<>();
        sides.add(new Side<>(Kind.UNDER_TEST, () -> bootstrap(EPOLL_GROUP, SOCKET)));
        if (withFastOpen && Epoll.isTcpFastOpenClientSideAvailable()) {
            sides.add(new Side<>(Kind.FAST_OPEN, () -> bootstrap(EPOLL_GROUP, SOCKET)
                    .option(ChannelOption.TCP_FASTOPEN_CONNECT, true)));
        }
        sides.addAll(epollPeers(SOCKET, EpollSocketChannel.class, EpollSocketTestPermutation::bootstrap));
        sides.add(new Side<>(Kind.PEER, () -> bootstrap(NIO_GROUP, NioSocketChannel.class)));
        return sides;
    }

    private static List<Side<Bootstrap>> epollDatagramSides(SocketProtocolFamily family) {
        List<Side<Bootstrap>> sides = new ArrayList<>();
        sides.add(new Side<>(Kind.UNDER_TEST, () -> datagram(EPOLL_GROUP, DATAGRAM, family)));
        sides.addAll(epollPeers(DATAGRAM, EpollDatagramChannel.class, (group, type) -> datagram(group, type, family)));
        return sides;
    }

    private static List<Side<ServerBootstrap>> domainServerSides() {
        List<Side<ServerBootstrap>> sides = new ArrayList<>();
        sides.add(new Side<>(Kind.UNDER_TEST, () -> server(EPOLL_GROUP, DOMAIN_SERVER)));
        sides.addAll(epollPeers(DOMAIN_SERVER, EpollServerDomainSocketChannel.class,
                EpollSocketTestPermutation::server));
        return sides;
    }

    private static List<Side<Bootstrap>> domainSides(Class<? extends Channel> underTest,
                                                     Class<? extends Channel> epollType) {
        List<Side<Bootstrap>> sides = new ArrayList<>();
        sides.add(new Side<>(Kind.UNDER_TEST, () -> bootstrap(EPOLL_GROUP, underTest)));
        sides.addAll(epollPeers(underTest, epollType, EpollSocketTestPermutation::bootstrap));
        return sides;
    }

    /** Netty's epoll channels: on Netty's own loops, and on ours. */
    private static <B extends AbstractBootstrap<?, ?>> List<Side<B>> epollPeers(
            Class<? extends Channel> underTest, Class<? extends Channel> epollType,
            BiFunction<EventLoopGroup, Class<? extends Channel>, B> maker) {
        List<Side<B>> peers = new ArrayList<>();
        if (PEER_GROUP != null) {
            peers.add(new Side<>(Kind.PEER, () -> maker.apply(PEER_GROUP, epollType)));
        }
        if (underTest != epollType) {
            peers.add(new Side<>(Kind.PEER, () -> maker.apply(EPOLL_GROUP, epollType)));
        }
        return peers;
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

    private static ServerBootstrap server(EventLoopGroup group, Class<? extends Channel> type) {
        return new ServerBootstrap().group(group)
                .channelFactory(TestChannels.factory(type.asSubclass(ServerChannel.class)));
    }

    private static Bootstrap bootstrap(EventLoopGroup group, Class<? extends Channel> type) {
        return new Bootstrap().group(group).channelFactory(TestChannels.factory(type));
    }

    private static Bootstrap datagram(EventLoopGroup group, Class<? extends Channel> type,
                                      SocketProtocolFamily family) {
        return new Bootstrap().group(group).channelFactory(TestChannels.factory(type, family));
    }
}
