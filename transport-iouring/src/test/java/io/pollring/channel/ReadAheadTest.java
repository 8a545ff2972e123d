/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.pollring.channel.Transport.Family;
import io.pollring.loop.StreamHandle;
import io.pollring.ring.Errno;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Bytes that were received before their channel asks for them make no difference to it. */
class ReadAheadTest {
    private static Consumer<ServerBootstrap> paused(int bytes) {
        MaxMessagesRecvByteBufAllocator allocator = new FixedRecvByteBufAllocator(bytes).maxMessagesPerRead(1);
        return bootstrap -> bootstrap.childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.RCVBUF_ALLOCATOR, allocator);
    }

    /** Reads once, so that the loop receives for it, and then lets it receive ten bytes that it does not ask for. */
    private static void readAhead(Connection connection) throws Exception {
        connection.channel.read();
        connection.send(1);
        Await.until("the first byte", 5000, () -> connection.recorder.byteCount() == 1);
        connection.send(10);
        SocketQueues.awaitArrival(connection);
    }

    @ParameterizedTest
    @EnumSource(value = Setup.class, names = { "EPOLL", "HOSTED_RING", "OWN_RING", "OWN_DIRECT" })
    void oneReadGivesAllThatHasCome(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(1); Connection connection = Connection.open(group, paused(2048))) {
            readAhead(connection);
            connection.send(3000);
            SocketQueues.awaitArrival(connection);
            connection.channel.read();
            Await.until("the read", 5000, () -> connection.recorder.reads.get() == 2);
            assertEquals(1 + 2048, connection.recorder.byteCount());
        }
    }

    @ParameterizedTest
    @EnumSource(value = Setup.class, names = { "EPOLL", "HOSTED_RING", "OWN_RING", "OWN_DIRECT" })
    void whatWasReceivedIsReadInTheRegistrationThatFollows(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(2); Connection connection = Connection.open(group, paused(2048))) {
            readAhead(connection);
            TestGroup.run(connection.channel.eventLoop(), () -> {
                connection.channel.read();
                connection.channel.deregister();
                assertEquals(1, connection.recorder.byteCount(), "before the deregistration");
            });
            Await.until("it is deregistered", 5000, () -> !connection.channel.isRegistered());
            assertEquals(1, connection.recorder.byteCount());
            group.loop(1).register(connection.channel).sync();
            connection.channel.read();
            Await.until("what was received", 5000, () -> connection.recorder.byteCount() == 11);
        }
    }

    /** As where the completion of a receive was lost, and the next receive brings what came behind it. */
    @ParameterizedTest
    @EnumSource(value = Setup.class, names = { "OWN_RING", "OWN_DIRECT" })
    void nothingIsReadBehindBytesThatWereLost(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(1); Connection connection = Connection.open(group, paused(2048))) {
            StreamHandle handle = (StreamHandle) connection.channel.unsafe();
            TestGroup.run(connection.channel.eventLoop(), () -> {
                handle.keep(ByteBuffer.wrap(new byte[3]), 0);
                handle.keepFailure(Errno.EBADR);
                handle.keep(ByteBuffer.wrap(new byte[5]), 0);
                connection.channel.read();
            });
            Await.until("what came before", 5000, () -> connection.recorder.byteCount() > 0);
            connection.channel.read();
            Await.until("the loss ends the connection", 5000, () -> !connection.channel.isOpen());
            assertEquals(3, connection.recorder.byteCount());
        }
    }

    /** Netty's own epoll loop forgets an fd all of whose interest is gone, so it is not asked. */
    @ParameterizedTest
    @EnumSource(value = Setup.class, names = { "HOSTED_RING", "OWN_RING", "OWN_DIRECT" })
    void dataIsReadBehindALocalShutdownOfTheInputOnceHalfClosureIsAllowed(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(1);
             Connection connection = Connection.open(group, paused(2048))) {
            readAhead(connection);
            connection.channel.read();
            Await.until("what came before", 5000, () -> connection.recorder.byteCount() == 11);
            connection.channel.read();
            connection.channel.shutdownInput().sync();
            SocketQueues.awaitStandstill(connection);
            connection.channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
            connection.send(20);
            SocketQueues.awaitArrival(connection);
            connection.channel.read();
            SocketQueues.awaitStandstill(connection);
            assertEquals(31, connection.recorder.byteCount());
            assertTrue(connection.channel.isOpen());
        }
    }

    /** Of 200,000 bytes some do not fit the receiver's window, and so the end does not, either. */
    @ParameterizedTest
    @EnumSource(value = Setup.class, names = { "EPOLL", "HOSTED_RING", "OWN_RING", "OWN_DIRECT", "OWN_NO_RING" })
    void endBehindWhatDoesNotFitTheSocketIsNotToldBeforeThatIsAskedFor(Setup setup) throws Exception {
        int bytes = 200_000;
        for (boolean asksFirst : new boolean[] { true, false }) {
            try (TestGroup group = setup.newGroup(1); Connection connection = Connection.open(group, paused(2048))) {
                if (asksFirst) {
                    connection.channel.read();
                    SocketQueues.awaitStandstill(connection);
                }
                connection.send(bytes);
                connection.peer.shutdownOutput();
                SocketQueues.awaitStandstill(connection);
                if (!asksFirst) {
                    connection.channel.read();
                    SocketQueues.awaitStandstill(connection);
                }
                assertEquals(2048, connection.recorder.byteCount(), "asks first: " + asksFirst);
                assertTrue(connection.channel.isOpen());
                Await.until("the end behind all that is read by and by", 10_000, () -> {
                    connection.channel.read();
                    return !connection.channel.isOpen();
                });
                assertEquals(bytes, connection.recorder.byteCount());
            }
        }
    }

    /** A handler may stop to ask when it has its first bytes. */
    @ParameterizedTest
    @EnumSource(value = Setup.class, names = { "EPOLL", "HOSTED_RING", "OWN_RING", "OWN_DIRECT", "OWN_NO_RING" })
    void endIsNotToldToAHandlerThatHasStoppedToReadBeforeIt(Setup setup) throws Exception {
        Recorder recorder = new Recorder() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
                ctx.channel().config().setAutoRead(false);
                super.channelRead(ctx, msg);
            }
        };
        MaxMessagesRecvByteBufAllocator allocator = new FixedRecvByteBufAllocator(2048).maxMessagesPerRead(1);
        try (TestGroup group = setup.newGroup(1); Connection connection = Connection.open(group, recorder,
                bootstrap -> bootstrap.childOption(ChannelOption.RCVBUF_ALLOCATOR, allocator))) {
            connection.send(200_000);
            connection.peer.shutdownOutput();
            SocketQueues.awaitStandstill(connection);
            assertEquals(2048, recorder.byteCount());
            assertTrue(connection.channel.isOpen());
        }
    }

    /** The end itself makes a channel read all that is before it, asked for or not. */
    @ParameterizedTest
    @EnumSource(value = Setup.class, names = { "EPOLL", "HOSTED_RING", "OWN_RING", "OWN_DIRECT", "OWN_NO_RING" })
    void endThatComesIsToldWithAllThatIsBeforeIt(Setup setup) throws Exception {
        for (int bytes : new int[] { 10, 5000, 30_000 }) {
            for (boolean asks : new boolean[] { true, false }) {
                try (TestGroup group = setup.newGroup(1);
                     Connection connection = Connection.open(group, paused(2048))) {
                    if (asks) {
                        connection.channel.read();
                    }
                    connection.send(bytes);
                    connection.peer.shutdownOutput();
                    Await.until("the end", 10_000, () -> !connection.channel.isOpen());
                    assertEquals(bytes, connection.recorder.byteCount(), "asks: " + asks);
                }
            }
        }
    }

    /** A UNIX socket has no window: its end comes whatever is before it. */
    @ParameterizedTest
    @EnumSource(Transport.class)
    void endOfAUnixSocketIsToldWithAllThatIsBeforeIt(Transport transport) throws Exception {
        for (int bytes : new int[] { 10, 5000, 200_000 }) {
            Recorder recorder = new Recorder();
            try (TestGroup group = transport.newGroup(2);
                 StreamPair pair = StreamPair.open(transport, group, Family.UNIX, TestGroup.IGNORE, recorder,
                         client -> client.option(ChannelOption.SO_SNDBUF, 2 * bytes), paused(2048))) {
                pair.child.read();
                pair.client.writeAndFlush(Unpooled.wrappedBuffer(new byte[bytes])).sync();
                pair.client.close().sync();
                Await.until("the end", 10_000, () -> !pair.child.isOpen());
                assertEquals(bytes, recorder.byteCount());
            }
        }
    }
}
