/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** {@code autoRead=false}: what is asked for comes, at once and without new data; what is not asked for does not. */
class ReadOnDemandTest {

    @ParameterizedTest
    @CsvSource({
        "HOSTED_RING, 10000", "HOSTED_REVERTED, 3000", "HOSTED_NO_RING, 3000", "HOSTED_NO_FEATURES, 3000",
        "OWN_RING, 10000", "OWN_DIRECT, 3000", "OWN_REVERTED, 1000", "OWN_NO_RING, 1000", "OWN_NO_FEATURES, 1000",
        "EPOLL, 1000"
    })
    void aReadForEachMessageNeverStalls(Setup setup, int roundTrips, TestReporter reporter) throws Exception {
        try (TestGroup group = setup.newGroup(1);
             Connection connection = Connection.open(group, new ReadAfterEach(), paused())) {
            pingPong(connection, 100);
            IoUringMetrics metrics = setup.mode == Mode.RING ? group.metrics() : null;
            long controlsBefore = metrics == null ? 0 : metrics.epollCtls();
            long removesBefore = metrics == null ? 0 : metrics.pollRemoves();
            long armedBefore = metrics == null ? 0 : metrics.receivesArmed();
            long receivesBefore = metrics == null ? 0 : metrics.receives();
            int count = Scale.of(roundTrips);
            pingPong(connection, count);
            if (metrics != null) {
                reporter.publishEntry("after the round trips", metrics.toString());
                assertEquals(controlsBefore, metrics.epollCtls());
                assertEquals(removesBefore, metrics.pollRemoves());
                // A receive stays armed, too, though nobody asks for data for a while after each message: for 8 KiB.
                long armed = metrics.receivesArmed() - armedBefore;
                assertTrue(armed <= 1 + count * Long.BYTES / 8192, armed + " receives");
                boolean received = setup == Setup.OWN_RING && setup.mode.isBatched();
                assertEquals(receivesBefore + (received ? count : 0), metrics.receives());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HOSTED_RING, 3000", "HOSTED_REVERTED, 1000", "HOSTED_NO_RING, 1000", "HOSTED_NO_FEATURES, 1000",
        "OWN_RING, 3000", "OWN_DIRECT, 1000", "OWN_REVERTED, 1000", "OWN_NO_RING, 1000", "OWN_NO_FEATURES, 1000",
        "EPOLL, 1000"
    })
    void aHandlerMayPauseInChannelReadAndReadOnInReadComplete(Setup setup, int roundTrips) throws Exception {
        try (TestGroup group = setup.newGroup(1);
             Connection connection = Connection.open(group, new PauseWhileReading(), bootstrap -> { })) {
            pingPong(connection, Scale.of(roundTrips));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HOSTED_RING, 3000", "HOSTED_REVERTED, 1000", "HOSTED_NO_RING, 1000", "HOSTED_NO_FEATURES, 1000",
        "OWN_RING, 3000", "OWN_DIRECT, 1000", "OWN_REVERTED, 1000", "OWN_NO_RING, 1000", "OWN_NO_FEATURES, 1000",
        "EPOLL, 1000"
    })
    void aHandlerMaySwitchAutoReadOffAndOnLater(Setup setup, int roundTrips) throws Exception {
        try (TestGroup group = setup.newGroup(1);
             Connection connection = Connection.open(group, new PauseUntilNextTask(), bootstrap -> { })) {
            pingPong(connection, Scale.of(roundTrips));
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void withoutAReadNothingIsRead(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(1); Connection connection = Connection.open(group, paused())) {
            for (int i = 1; i <= 5; i++) {
                connection.send(10);
                Thread.sleep(20);
                assertEquals(10 * (i - 1), connection.recorder.byteCount());
                // The data is there already, and no more comes.
                connection.channel.read();
                int total = 10 * i;
                Await.until("the data is read", 5000, () -> connection.recorder.byteCount() == total);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void aReadReadsOneMessageIfThatIsTheLimit(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(1);
             Connection connection = Connection.open(group, bootstrap -> {
                 paused().accept(bootstrap);
                 bootstrap.childOption(ChannelOption.RCVBUF_ALLOCATOR, tenBytesAtATime());
             })) {
            connection.send(200);
            for (int i = 1; i <= 20; i++) {
                connection.channel.read();
                int expected = i;
                Await.until("message " + i, 5000, () -> connection.recorder.reads.get() == expected);
                connection.channel.eventLoop().submit(() -> { }).sync();
                assertEquals(10 * i, connection.recorder.byteCount());
                assertEquals(i, connection.recorder.reads.get());
            }
            connection.channel.read();
            Thread.sleep(20);
            assertEquals(20, connection.recorder.reads.get());
            connection.send(10);
            Await.until("the read that waited", 5000, () -> connection.recorder.reads.get() == 21);
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void whatARoundLeavesBehindIsReadWithoutNewData(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(1);
             Connection connection = Connection.open(group,
                     bootstrap -> bootstrap.childOption(ChannelOption.RCVBUF_ALLOCATOR, tenBytesAtATime()))) {
            for (int i = 1; i <= 50; i++) {
                connection.send(200);
                int total = 200 * i;
                Await.until("all data is read", 5000, () -> connection.recorder.byteCount() == total);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HOSTED_RING, true, 1", "HOSTED_RING, true, 16", "HOSTED_RING, false, 1", "HOSTED_RING, false, 16",
        "HOSTED_REVERTED, true, 1", "HOSTED_REVERTED, false, 1", "HOSTED_NO_RING, true, 1", "HOSTED_NO_RING, false, 1",
        "HOSTED_NO_FEATURES, true, 1", "HOSTED_NO_FEATURES, false, 1",
        "OWN_RING, true, 1", "OWN_RING, true, 16", "OWN_RING, false, 1", "OWN_RING, false, 16", "OWN_DIRECT, true, 1",
        "OWN_DIRECT, false, 16", "OWN_REVERTED, true, 1", "OWN_REVERTED, false, 1", "OWN_NO_RING, true, 1",
        "OWN_NO_RING, false, 1", "OWN_NO_FEATURES, true, 1", "OWN_NO_FEATURES, false, 1", "EPOLL, true, 1",
        "EPOLL, false, 1"
    })
    void allThatThePeerSentBeforeItClosedIsReadBeforeTheEnd(Setup setup, boolean autoRead, int maxMessagesPerRead)
            throws Exception {
        for (int i = 0; i < 10; i++) {
            MaxMessagesRecvByteBufAllocator allocator = new FixedRecvByteBufAllocator(1000);
            allocator.maxMessagesPerRead(maxMessagesPerRead);
            Recorder recorder = autoRead ? new Recorder() : new ReadAfterEach(false);
            try (TestGroup group = setup.newGroup(1);
                 Connection connection = Connection.open(group, recorder, bootstrap -> bootstrap
                         .childOption(ChannelOption.AUTO_READ, autoRead)
                         .childOption(ChannelOption.RCVBUF_ALLOCATOR, allocator))) {
                connection.send(1 << 20);
                connection.peer.close();
                assertTrue(recorder.inactive.await(10, TimeUnit.SECONDS));
                assertEquals(1 << 20, recorder.byteCount());
                assertEquals("[]", recorder.exceptions.toString());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void theEndIsSeenWhilePaused(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(1); Connection connection = Connection.open(group, paused())) {
            connection.peer.close();
            assertTrue(connection.recorder.inactive.await(5, TimeUnit.SECONDS));
            assertEquals(0, connection.recorder.byteCount());
        }
    }

    private static Consumer<ServerBootstrap> paused() {
        return bootstrap -> bootstrap.childOption(ChannelOption.AUTO_READ, false);
    }

    private static FixedRecvByteBufAllocator tenBytesAtATime() {
        FixedRecvByteBufAllocator allocator = new FixedRecvByteBufAllocator(10);
        allocator.maxMessagesPerRead(1);
        return allocator;
    }

    private static void pingPong(Connection connection, int count) throws Exception {
        DataOutputStream out = new DataOutputStream(connection.peer.getOutputStream());
        DataInputStream in = new DataInputStream(connection.peer.getInputStream());
        for (int i = 0; i < count; i++) {
            out.writeLong(i);
            // The peer's read has a time limit.
            assertEquals(i, in.readLong());
        }
    }

    /** Asks for the next message when it has been given one, and echoes if told so. */
    private static final class ReadAfterEach extends Recorder {
        private final boolean echo;

        ReadAfterEach() {
            this(true);
        }

        ReadAfterEach(boolean echo) {
            this.echo = echo;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) throws Exception {
            super.channelActive(ctx);
            ctx.read();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
            if (echo) {
                ctx.writeAndFlush(msg);
            } else {
                super.channelRead(ctx, msg);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.read();
        }
    }

    private static final class PauseWhileReading extends Recorder {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.channel().config().setAutoRead(false);
            ctx.writeAndFlush(msg);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.read();
        }
    }

    private static final class PauseUntilNextTask extends Recorder {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.channel().config().setAutoRead(false);
            ctx.writeAndFlush(msg);
            ctx.executor().execute(() -> ctx.channel().config().setAutoRead(true));
        }
    }
}
