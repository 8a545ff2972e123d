/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** An operator takes a live loop away from its ring, and gives it one. */
class BackendSwitchTest {
    private static final int SWITCHES = 40;
    private static final int PIECES = 2000;

    @ParameterizedTest
    @CsvSource({"RING, NETTYS", "RING, OURS", "DEFAULT, OURS", "NO_FEATURES, NETTYS", "NO_FEATURES, OURS"})
    void channelsGoOnMeanwhile(Mode mode, Channels channels) throws Exception {
        try (TestGroup group = new TestGroup(mode, channels, 1);
             Connection echo = Connection.open(group, new Echo(), bootstrap -> { });
             Connection writer = Connection.open(group);
             Connection idle = Connection.open(group)) {
            byte[] sent = new byte[16 << 20];
            new Random(1).nextBytes(sent);
            Future<Void> written = writer.channel.writeAndFlush(Unpooled.wrappedBuffer(sent));
            Thread switching = new Thread(() -> switchOften(group.loop()));
            switching.start();
            byte[] received = new byte[sent.length];
            int count = 0;
            for (int i = 0; i < PIECES || switching.isAlive(); i++) {
                echo.peer.getOutputStream().write(i);
                assertEquals(i & 0xff, echo.peer.getInputStream().read());
                int wanted = Math.min(received.length - count, received.length / PIECES + 1);
                count += writer.peer.getInputStream().readNBytes(received, count, wanted);
            }
            count += writer.peer.getInputStream().readNBytes(received, count, received.length - count);
            switching.join();
            written.get(10, TimeUnit.SECONDS);
            assertArrayEquals(sent, received);
            idle.send(3);
            Await.until("the idle one has its data", 5000, () -> idle.recorder.byteCount() == 3);
            assertEquals(SWITCHES / 2, group.metrics().ringsReplaced());
        }
    }

    private static void switchOften(EventLoop loop) {
        for (int i = 0; i < SWITCHES; i++) {
            (i % 2 == 0 ? IoUring.useEpoll(loop) : IoUring.useRing(loop)).syncUninterruptibly();
        }
    }

    @ParameterizedTest
    @EnumSource
    void bothWaysAreSeen(Channels channels) throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, channels, 1);
             Connection connection = Connection.open(group)) {
            EventLoop loop = group.loop();
            for (int i = 0; i < 3; i++) {
                IoUring.useEpoll(loop).get(5, TimeUnit.SECONDS);
                assertSeen(IoUringBackend.EPOLL, connection);
                assertEquals("the loop was told to wait on epoll", IoUring.unavailabilityCause(loop).getMessage());
                IoUring.useEpoll(loop).get(5, TimeUnit.SECONDS);
                IoUring.useRing(loop).get(5, TimeUnit.SECONDS);
                assertSeen(IoUringBackend.RING, connection);
                assertNull(IoUring.unavailabilityCause(loop));
                IoUring.useRing(loop).get(5, TimeUnit.SECONDS);
            }
            assertEquals(3L, group.metrics().revertsByReason().get("asked"));
        }
    }

    private static void assertSeen(IoUringBackend backend, Connection connection) throws Exception {
        assertSeen(backend, backend, connection);
    }

    private static void assertSeen(IoUringBackend backend, IoUringBackend channels, Connection connection)
            throws Exception {
        EventLoop loop = connection.channel.eventLoop();
        long before = connection.recorder.byteCount();
        assertEquals(backend, IoUring.backend(loop));
        assertEquals(channels, IoUring.backend(connection.channel));
        connection.send(10);
        Await.until("the data has come", 5000, () -> connection.recorder.byteCount() == before + 10);
        assertTrue(loop.schedule(() -> true, 5, TimeUnit.MILLISECONDS).get(5, TimeUnit.SECONDS));
    }

    /** With a reverted channel the ring watches the epoll set, too. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void wakeUpsAndTimersComeOnceOnly(int delayMillis) throws Exception {
        try (TestGroup group = new TestGroup(Mode.DEFAULT, 1);
             Connection reverted = Connection.open(group)) {
            EventLoop loop = group.loop();
            IoUring.useEpoll(loop).sync();
            IoUring.useRing(loop).sync();
            assertTrue(loop.submit(() -> IoUring.handler(loop).revert(reverted.channel, "test")).get());
            assertSeen(IoUringBackend.RING, IoUringBackend.EPOLL, reverted);
            long before = group.metrics().epollWaits();
            for (int i = 0; i < 20; i++) {
                loop.schedule(() -> { }, delayMillis, TimeUnit.MILLISECONDS).get(5, TimeUnit.SECONDS);
            }
            assertEquals(before, group.metrics().epollWaits());
        }
    }

    @Test
    void switchingLeavesNothingBehind() throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, Channels.OURS, 1);
             Connection connection = Connection.open(group)) {
            IoUring.useEpoll(group.loop()).sync();
            List<String> before = Resources.openFiles();
            int mappings = Resources.ringMappings();
            for (int i = 0; i < 20; i++) {
                IoUring.useRing(group.loop()).sync();
                IoUring.useEpoll(group.loop()).sync();
            }
            assertSeen(IoUringBackend.EPOLL, connection);
            assertEquals(List.of(), Resources.filesSince(before));
            assertTrue(Resources.ringMappings() <= mappings);
        }
    }

    @Test
    void aReadEndIsNotLost() throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, Channels.OURS, 1);
             Connection connection = Connection.open(group)) {
            group.loop().submit(() -> {
                connection.peer.getOutputStream().write(new byte[5000]);
                connection.peer.close();
                IoUring.useEpoll(group.loop());
                return null;
            }).get(5, TimeUnit.SECONDS);
            Await.until("it is closed", 5000, () -> !connection.channel.isOpen());
            assertEquals(5000, connection.recorder.byteCount());
        }
    }

    @Test
    void aLoopWithoutRingsIsRefusedOne() throws Exception {
        try (TestGroup group = new TestGroup(Mode.NO_RING, 1);
             Connection connection = Connection.open(group)) {
            IoUring.useEpoll(group.loop()).get(5, TimeUnit.SECONDS);
            Throwable refusal = IoUring.useRing(group.loop()).await().cause();
            assertTrue(refusal instanceof IllegalStateException && refusal.getMessage().contains("noRing"), "" + refusal);
            assertSeen(IoUringBackend.EPOLL, connection);
        }
    }

    @Test
    void aForeignOrDeadLoopIsRefused() throws Exception {
        EventLoop dead;
        try (TestGroup nettys = new TestGroup(Mode.EPOLL, 1);
             TestGroup ours = new TestGroup(Mode.RING, 1)) {
            assertThrows(IllegalArgumentException.class, () -> IoUring.useEpoll(nettys.loop()));
            assertThrows(IllegalArgumentException.class, () -> IoUring.useRing(nettys.loop()));
            dead = ours.loop();
        }
        assertThrows(IllegalArgumentException.class, () -> IoUring.useRing(dead));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0", "25, 2", "50, 4", "99, 7", "100, 8"})
    void someLoopsGetARing(int percent, int rings) throws Exception {
        IoUringIoHandlerConfig config = new IoUringIoHandlerConfig().setRingPercent(percent);
        try (TestGroup group = new TestGroup(Mode.RING, new IoUringEventLoopGroup(8, config))) {
            List<EventLoop> without = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                if (IoUring.backend(group.loop(i)) == IoUringBackend.EPOLL) {
                    without.add(group.loop(i));
                    assertTrue(IoUring.unavailabilityCause(group.loop(i)).getMessage().contains(percent + " %"));
                }
            }
            assertEquals(8 - rings, without.size());
            for (EventLoop loop : without) {
                IoUring.useRing(loop).get(5, TimeUnit.SECONDS);
                assertEquals(IoUringBackend.RING, IoUring.backend(loop));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 101})
    void noOtherShareThanAPercentage(int percent) {
        assertThrows(IllegalArgumentException.class, () -> new IoUringIoHandlerConfig().setRingPercent(percent));
    }

    private static final class Echo extends Recorder {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.writeAndFlush(msg);
        }
    }
}
