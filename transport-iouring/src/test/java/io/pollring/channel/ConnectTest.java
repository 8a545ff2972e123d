/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.unix.DomainSocketAddress;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Attempts to connect that fail, and what becomes of their promises and of the channel. */
class ConnectTest {
    private static final InetSocketAddress UNRESOLVED = InetSocketAddress.createUnresolved("nowhere.invalid", 1);

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void refused(Transport transport, Family family) throws Exception {
        EventLog log = new EventLog();
        try (TestGroup group = transport.newGroup(1)) {
            SocketAddress address = addressOfNobody(transport, group, family);
            Channel channel = register(transport, group, family, log);
            ChannelFuture attempt = channel.connect(address).await();
            assertInstanceOf(ConnectException.class, attempt.cause());
            assertTrue(attempt.cause().getMessage().contains(address.toString()), attempt.cause().toString());
            assertFalse(channel.isActive());
            assertNull(channel.remoteAddress());
            channel.close().sync();
            assertFalse(channel.isOpen());
            // A refusal by TCP comes as an event, and whatever the event, a read is tried.
            log.assertEndsAs(family == Family.TCP ? "registered readComplete unregistered" : "registered unregistered");
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void timedOut(Transport transport) throws Exception {
        EventLog log = new EventLog();
        try (TestGroup group = transport.newGroup(1); SilentListener nobody = new SilentListener()) {
            Channel channel = register(transport, group, Family.TCP, log);
            channel.config().setConnectTimeoutMillis(50);
            ChannelFuture attempt = channel.connect(nobody.address()).await();
            assertEquals("connection timed out after 50 ms: " + nobody.address(),
                    assertInstanceOf(ConnectTimeoutException.class, attempt.cause()).getMessage());
            log.assertEndsAs("registered unregistered");
            assertFalse(channel.isOpen());
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void cancelled(Transport transport) throws Exception {
        EventLog log = new EventLog();
        try (TestGroup group = transport.newGroup(1); SilentListener nobody = new SilentListener()) {
            Channel channel = register(transport, group, Family.TCP, log);
            ChannelFuture attempt = startConnect(channel, nobody);
            assertTrue(attempt.cancel(true));
            assertTrue(channel.closeFuture().await(5000));
            assertTrue(attempt.isCancelled());
            log.assertEndsAs("registered unregistered");
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void cancelledBeforeItBegan(Transport transport) throws Exception {
        try (TestGroup group = transport.newGroup(1); ServerSocket server = listen()) {
            Channel channel = register(transport, group, Family.TCP, new EventLog());
            ChannelPromise promise = channel.newPromise();
            assertTrue(promise.cancel(false));
            channel.connect(server.getLocalSocketAddress(), promise);
            channel.eventLoop().submit(() -> { }).sync();
            assertTrue(channel.isOpen());
            assertFalse(channel.isActive());
            assertNull(channel.remoteAddress());
            // Nothing has happened to the channel.
            channel.connect(server.getLocalSocketAddress()).sync();
            assertTrue(channel.isActive());
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void pending(Transport transport) throws Exception {
        try (TestGroup group = transport.newGroup(1); SilentListener nobody = new SilentListener()) {
            Channel channel = register(transport, group, Family.TCP, new EventLog());
            ChannelFuture attempt = startConnect(channel, nobody);
            assertInstanceOf(ConnectionPendingException.class, channel.connect(nobody.address()).await().cause());
            assertFalse(attempt.isDone());
            assertTrue(channel.isOpen());
            assertNotNull(channel.localAddress());
            assertNull(channel.remoteAddress());
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void closedMeanwhile(Transport transport) throws Exception {
        EventLog log = new EventLog();
        try (TestGroup group = transport.newGroup(1); SilentListener nobody = new SilentListener()) {
            Channel channel = register(transport, group, Family.TCP, log);
            ChannelFuture attempt = startConnect(channel, nobody);
            attempt.addListener(future -> log.add("failed"));
            channel.close().sync();
            assertInstanceOf(ClosedChannelException.class, attempt.await().cause());
            log.assertEndsAs("registered failed unregistered");
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void connectedAlready(Transport transport, Family family) throws Exception {
        EventLog client = new EventLog();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, family, client, TestGroup.IGNORE)) {
            SocketAddress server = pair.client.remoteAddress();
            assertInstanceOf(AlreadyConnectedException.class, pair.client.connect(server).await().cause());
            assertTrue(pair.client.isActive());
            if (family == Family.TCP) {
                assertInstanceOf(AlreadyConnectedException.class, pair.child.connect(server).await().cause());
                assertTrue(pair.child.isActive());
            }
            pair.client.close().sync();
            client.assertEndsAs("registered active inactive unregistered");
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void aNameThatIsNotResolved(Transport transport, Family family) throws Exception {
        try (TestGroup group = transport.newGroup(1)) {
            Channel channel = register(transport, group, family, new EventLog());
            assertInstanceOf(UnresolvedAddressException.class, channel.connect(UNRESOLVED).await().cause());
            assertInstanceOf(UnresolvedAddressException.class,
                    channel.connect(family.anyAddress(), UNRESOLVED).await().cause());
            if (family == Family.TCP) {
                assertInstanceOf(UnresolvedAddressException.class, channel.bind(UNRESOLVED).await().cause());
            }
            assertTrue(channel.isOpen());
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void anAddressOfAnotherKind(Transport transport, Family family) throws Exception {
        for (SocketAddress address : foreign(family)) {
            String nettys = outcome(Transport.NETTY, family, channel -> channel.connect(address));
            assertTrue(nettys.endsWith("open=false"), nettys);
            assertEquals(nettys, outcome(transport, family, channel -> channel.connect(address)));
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void aLocalAddressOfAnotherKind(Transport transport, Family family) throws Exception {
        for (SocketAddress address : foreign(family)) {
            assertEquals(outcome(Transport.NETTY, family, channel -> channel.bind(address)),
                    outcome(transport, family, channel -> channel.bind(address)), address::toString);
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void aServersAddressOfAnotherKind(Transport transport, Family family) throws Exception {
        for (SocketAddress address : foreign(family)) {
            assertEquals(outcomeOfServer(Transport.NETTY, family, address), outcomeOfServer(transport, family, address),
                    address::toString);
        }
    }

    private static List<SocketAddress> foreign(Family family) {
        return List.of(new LocalAddress("foreign"), family == Family.TCP
                ? new DomainSocketAddress("/nowhere") : new InetSocketAddress(InetAddress.getLoopbackAddress(), 9));
    }

    private static String outcome(Transport transport, Family family, Function<Channel, ChannelFuture> attempt)
            throws Exception {
        try (TestGroup group = transport.newGroup(1)) {
            EventLog log = new EventLog();
            return outcome(attempt.apply(register(transport, group, family, log)), log);
        }
    }

    private static String outcomeOfServer(Transport transport, Family family, SocketAddress address) throws Exception {
        try (TestGroup group = transport.newGroup(1)) {
            EventLog log = new EventLog();
            return outcome(transport.server(group.group, family, TestGroup.IGNORE).handler(log).bind(address), log);
        }
    }

    private static String outcome(ChannelFuture attempt, EventLog log) throws Exception {
        Throwable cause = attempt.await().cause();
        assertNotNull(cause);
        attempt.channel().eventLoop().submit(() -> { }).sync();
        if (!attempt.channel().isOpen()) {
            log.await("unregistered");
        }
        return cause + " " + log + " open=" + attempt.channel().isOpen();
    }

    /** Netty's loop may end without closing its channels, so it is no yardstick. */
    @ParameterizedTest
    @EnumSource(value = Transport.class, mode = EnumSource.Mode.EXCLUDE, names = "NETTY")
    void theLoopEndsMeanwhile(Transport transport) throws Exception {
        try (TestGroup group = transport.newGroup(1); SilentListener nobody = new SilentListener()) {
            EventLog log = new EventLog();
            Channel channel = register(transport, group, Family.TCP, log);
            ChannelFuture attempt = startConnect(channel, nobody);
            assertTrue(group.group.shutdownGracefully(0, 5, TimeUnit.SECONDS).await(10, TimeUnit.SECONDS));
            assertInstanceOf(ClosedChannelException.class, attempt.cause());
            assertFalse(channel.isOpen());
            log.assertEndsAs("registered unregistered");
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void aClosedChannel(Transport transport, Family family) throws Exception {
        try (TestGroup group = transport.newGroup(1)) {
            Channel channel = register(transport, group, family, new EventLog());
            channel.close().sync();
            assertInstanceOf(ClosedChannelException.class, channel.connect(family.anyAddress()).await().cause());
            assertInstanceOf(ClosedChannelException.class, channel.bind(family.anyAddress()).await().cause());
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void fromALocalAddress(Transport transport) throws Exception {
        try (TestGroup group = transport.newGroup(1); ServerSocket server = listen()) {
            SocketAddress remote = server.getLocalSocketAddress();
            InetSocketAddress local = new InetSocketAddress("127.0.0.2", 0);
            Channel channel = register(transport, group, Family.TCP, new EventLog());
            channel.connect(remote, local).sync();
            assertEquals(remote, channel.remoteAddress());
            InetSocketAddress bound = (InetSocketAddress) channel.localAddress();
            assertEquals(local.getAddress(), bound.getAddress());
            assertEquals(bound, server.accept().getRemoteSocketAddress());
            // The same one a second time: the attempt fails, and has not begun.
            Channel other = register(transport, group, Family.TCP, new EventLog());
            Throwable inUse = other.connect(remote, bound).await().cause();
            assertInstanceOf(IOException.class, inUse);
            assertTrue(inUse.getMessage().contains("Address already in use"), inUse.toString());
            assertTrue(other.isOpen());
            other.connect(remote).sync();
            assertTrue(other.isActive());
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aPathWhereNobodyListens(Transport transport, @TempDir Path folder) throws Exception {
        Path plain = Files.createFile(folder.resolve("plain"));
        try (TestGroup group = transport.newGroup(1)) {
            Channel channel = register(transport, group, Family.UNIX, new EventLog());
            Throwable missing =
                    channel.connect(new DomainSocketAddress(folder.resolve("missing").toFile())).await().cause();
            assertInstanceOf(FileNotFoundException.class, missing);
            channel.close().sync();
            Channel second = register(transport, group, Family.UNIX, new EventLog());
            assertInstanceOf(ConnectException.class,
                    second.connect(new DomainSocketAddress(plain.toFile())).await().cause());
            assertTrue(Files.exists(plain));
        }
    }

    private static ServerSocket listen() throws Exception {
        return new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    }

    /** An address that a server had until now. */
    private static SocketAddress addressOfNobody(Transport transport, TestGroup group, Family family) throws Exception {
        Channel server =
                transport.server(group.group, family, TestGroup.IGNORE).bind(family.anyAddress()).sync().channel();
        SocketAddress address = server.localAddress();
        server.close().sync();
        return address;
    }

    private static Channel register(Transport transport, TestGroup group, Family family, EventLog log)
            throws Exception {
        Bootstrap bootstrap = transport.client(group.group, family, log);
        return bootstrap.option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 20_000).register().sync().channel();
    }

    private static ChannelFuture startConnect(Channel channel, SilentListener nobody) throws Exception {
        ChannelFuture attempt = channel.connect(nobody.address());
        channel.eventLoop().submit(() -> { }).sync();
        assertFalse(attempt.isDone());
        return attempt;
    }
}
