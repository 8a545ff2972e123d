/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
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
        Thread.sleep(100);
    }

    @ParameterizedTest
    @EnumSource(value = Setup.class, names = { "EPOLL", "HOSTED_RING", "OWN_RING", "OWN_DIRECT" })
    void oneReadGivesAllThatHasCome(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(1); Connection connection = Connection.open(group, paused(2048))) {
            readAhead(connection);
            connection.send(3000);
            Thread.sleep(100);
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
            Thread.sleep(100);
            connection.channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
            connection.send(20);
            Thread.sleep(100);
            connection.channel.read();
            Thread.sleep(200);
            assertEquals(31, connection.recorder.byteCount());
            assertTrue(connection.channel.isOpen());
        }
    }
}
