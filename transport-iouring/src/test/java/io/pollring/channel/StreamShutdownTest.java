/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.channel.socket.DuplexChannel;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Shutting down one direction of a stream, or both: what becomes of writes in flight, and which events come. */
class StreamShutdownTest {

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void outputWithWritesInFlight(Transport transport, Family family) throws Exception {
        int size = StreamPair.MORE_THAN_FITS;
        EventLog client = new EventLog();
        EventLog child = new EventLog();
        try (TestGroup group = transport.newGroup(2);
             StreamPair pair = StreamPair.openPaused(transport, group, family, client, child, true)) {
            DuplexChannel channel = (DuplexChannel) pair.client;
            ChannelPromise first = channel.newPromise();
            ChannelPromise second = channel.newPromise();
            TestGroup.run(channel.eventLoop(), () -> {
                channel.writeAndFlush(Unpooled.directBuffer(size).writeZero(size), first);
                channel.write(Unpooled.directBuffer().writeZero(10), second);
                first.addListener(failed -> client.add("first"));
                second.addListener(failed -> client.add("second"));
                assertTrue(channel.shutdownOutput().isSuccess());
                assertTrue(channel.isOutputShutdown());
                assertFalse(channel.isInputShutdown());
                assertTrue(channel.isActive());
            });
            assertInstanceOf(ChannelOutputShutdownException.class, first.await().cause());
            assertInstanceOf(ChannelOutputShutdownException.class, second.await().cause());
            assertInstanceOf(ClosedChannelException.class,
                    channel.writeAndFlush(Unpooled.directBuffer().writeZero(1)).await().cause());
            // The other way is open.
            pair.child.writeAndFlush(Unpooled.directBuffer().writeZero(20)).sync();
            client.await("readComplete");
            assertEquals("registered active unwritable first second ChannelOutputShutdownEvent read 20 readComplete",
                    client.events());
            pair.child.config().setAutoRead(true);
            child.await("ChannelInputShutdownReadComplete");
            assertTrue(child.bytes() < size);
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void inputWithWritesInFlight(Transport transport, Family family) throws Exception {
        int size = StreamPair.MORE_THAN_FITS;
        for (boolean halfClosure : new boolean[] { true, false }) {
            EventLog client = new EventLog();
            Recorder child = new Recorder();
            try (TestGroup group = transport.newGroup(2);
                 StreamPair pair = StreamPair.openPaused(transport, group, family, client, child, halfClosure)) {
                DuplexChannel channel = (DuplexChannel) pair.client;
                ChannelFuture write = channel.writeAndFlush(Unpooled.directBuffer(size).writeZero(size));
                channel.shutdownInput().sync();
                assertTrue(channel.isInputShutdown());
                assertFalse(channel.isOutputShutdown());
                channel.shutdownInput().sync();
                assertFalse(write.isDone());
                pair.child.config().setAutoRead(true);
                assertTrue(write.await(20, TimeUnit.SECONDS));
                assertTrue(write.isSuccess());
                Await.until("all has arrived", 20_000, () -> child.byteCount() == size);
                assertTrue(channel.isActive());
                channel.close().sync();
                client.await("unregistered");
                String events = client.events().replace(" unwritable", "").replace(" writable", "");
                assertEquals(halfClosure
                        ? "registered active readComplete ChannelInputShutdownReadComplete inactive unregistered"
                        : "registered active inactive unregistered", events);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void bothDirections(Transport transport, Family family) throws Exception {
        EventLog client = new EventLog();
        EventLog child = new EventLog();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, family, client, child, bootstrap -> { },
                     server -> server.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true))) {
            DuplexChannel channel = (DuplexChannel) pair.client;
            channel.writeAndFlush(Unpooled.directBuffer().writeZero(10)).sync();
            channel.shutdown().sync();
            assertTrue(channel.isShutdown());
            assertTrue(channel.isOpen());
            child.await("ChannelInputShutdownReadComplete");
            assertTrue(pair.child.isActive());
            channel.close().sync();
            client.await("unregistered");
            assertTrue(client.events().startsWith("registered active ChannelOutputShutdownEvent"), client.events());
            assertFalse(client.has("ChannelInputShutdownEvent"));
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void outputTwice(Transport transport, Family family) throws Exception {
        EventLog client = new EventLog();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, family, client, TestGroup.IGNORE, bootstrap -> { },
                     server -> server.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true))) {
            DuplexChannel channel = (DuplexChannel) pair.client;
            assertTrue(channel.shutdownOutput().await().isSuccess());
            assertInstanceOf(ClosedChannelException.class, channel.shutdownOutput().await().cause());
            assertInstanceOf(ClosedChannelException.class, channel.shutdown().await().cause());
            assertTrue(channel.isInputShutdown());
            assertTrue(channel.isOpen());
            channel.close().sync();
            client.assertEndsAs("registered active ChannelOutputShutdownEvent inactive unregistered");
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void onAClosedOrUnconnectedChannel(Transport transport, Family family) throws Exception {
        assertEquals(outcome(Transport.NETTY, family), outcome(transport, family));
        try (TestGroup group = transport.newGroup(1)) {
            DuplexChannel channel = (DuplexChannel) transport.client(group.group, family, TestGroup.IGNORE)
                    .register().sync().channel();
            channel.close().sync();
            assertInstanceOf(ClosedChannelException.class, channel.shutdownOutput().await().cause());
            assertInstanceOf(ClosedChannelException.class, channel.shutdownInput().await().cause());
            assertInstanceOf(ClosedChannelException.class, channel.shutdown().await().cause());
        }
    }

    private static String outcome(Transport transport, Family family) throws Exception {
        EventLog log = new EventLog();
        try (TestGroup group = transport.newGroup(1)) {
            DuplexChannel channel =
                    (DuplexChannel) transport.client(group.group, family, log).register().sync().channel();
            Throwable input = channel.shutdownInput().await().cause();
            Throwable output = channel.shutdownOutput().await().cause();
            assertEquals(family == Family.UNIX, input == null);
            channel.eventLoop().submit(() -> { }).sync();
            return input + " / " + output + ' ' + log + " open=" + channel.isOpen();
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void allDataIsReadBeforeThePeersEnd(Transport transport, Family family) throws Exception {
        int size = 1 << 20;
        for (boolean halfClosure : new boolean[] { true, false }) {
            EventLog child = new EventLog();
            try (TestGroup group = transport.newGroup(2);
                 StreamPair pair = StreamPair.open(transport, group, family, TestGroup.IGNORE, child, bootstrap -> { },
                         server -> server.childOption(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure))) {
                Channel client = pair.client;
                client.writeAndFlush(Unpooled.directBuffer(size).writeZero(size))
                        .addListener(written -> ((DuplexChannel) client).shutdownOutput());
                child.await(halfClosure ? "ChannelInputShutdownReadComplete" : "unregistered");
                assertEquals(size, child.bytes());
                String end = halfClosure ? "ChannelInputShutdownEvent ChannelInputShutdownReadComplete"
                        : "inactive unregistered";
                assertTrue(child.events().endsWith(" readComplete " + end), child.events());
                assertEquals(halfClosure, pair.child.isActive());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void afterAReset(Transport transport) throws Exception {
        try (TestGroup group = transport.newGroup(1);
             ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            EventLog log = new EventLog();
            DuplexChannel channel = (DuplexChannel) transport.client(group.group, Family.TCP, log)
                    .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .connect(server.getLocalSocketAddress()).sync().channel();
            Socket peer = server.accept();
            peer.setSoLinger(true, 0);
            peer.close();
            log.await("ChannelInputShutdownReadComplete");
            assertTrue(channel.isInputShutdown());
            assertTrue(channel.isOpen());
            assertFalse(channel.isOutputShutdown());
            channel.close().sync();
            log.assertEndsAs("registered active readComplete NativeIoException ChannelInputShutdownEvent "
                    + "ChannelInputShutdownReadComplete inactive unregistered");
        }
    }
}
