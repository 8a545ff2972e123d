/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.InputStream;
import java.util.Arrays;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A loop that has one channel on its ring and another on its epoll set serves both at once. */
class MixedLoopTest {
    private static final int RESPONSE_SIZE = 64 << 20;

    @ParameterizedTest
    @EnumSource
    void servesBothWithoutDelay(Channels channels, TestReporter reporter) throws Exception {
        long yardstick;
        long refillYardstick;
        try (TestGroup group = new TestGroup(Mode.EPOLL, 1);
             Connection echo = Connection.open(group, new Echo(), bootstrap -> { });
             Connection writer = Connection.open(group)) {
            medianRoundTripMicros(echo, 500);
            yardstick = medianRoundTripMicros(echo, 1000);
            writer.channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[RESPONSE_SIZE]));
            refillYardstick = medianRefillMicros(writer.peer.getInputStream());
        }
        try (TestGroup group = new TestGroup(Mode.RING, channels, 1);
             Connection echo = Connection.open(group, new Echo(), bootstrap -> { });
             Connection reverted = Connection.open(group)) {
            assertEquals(IoUringBackend.RING, IoUring.backend(reverted.channel));
            Future<Void> written = reverted.channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[RESPONSE_SIZE]));
            assertTrue(group.loop().submit(() -> IoUring.handler(group.loop()).revert(reverted.channel, "test")).get());
            assertEquals(IoUringBackend.EPOLL, IoUring.backend(reverted.channel));
            assertEquals(IoUringBackend.RING, IoUring.backend(echo.channel));
            assertFalse(written.isDone());

            medianRoundTripMicros(echo, 500);
            long onTheRing = medianRoundTripMicros(echo, 1000);
            long onEpoll = medianRefillMicros(reverted.peer.getInputStream());
            long echoMeanwhile = medianRoundTripMicros(echo, 100);
            reporter.publishEntry("median", "on the ring " + onTheRing + " us, on the epoll set " + onEpoll
                    + " us; Netty's epoll " + yardstick + " and " + refillYardstick + " us");
            written.sync();
            // The machine may be busy: then Netty's epoll is slow, too.
            long limit = Math.max(1000, 4 * yardstick);
            // A refill moves up to a send buffer full of data, some megabytes, after the wake-up.
            long refillLimit = Math.max(10 * limit, 4 * refillYardstick);
            assertTrue(onTheRing < limit && onEpoll < refillLimit && echoMeanwhile < limit,
                    onTheRing + ", " + onEpoll + ", " + echoMeanwhile + " us; Netty's epoll " + yardstick
                            + " and " + refillYardstick + " us");
        }
    }

    private static long medianRoundTripMicros(Connection connection, int count) throws Exception {
        long[] nanos = new long[count];
        for (int i = 0; i < count; i++) {
            long start = System.nanoTime();
            connection.peer.getOutputStream().write(1);
            assertEquals(1, connection.peer.getInputStream().read());
            nanos[i] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        return nanos[count / 2] / 1000;
    }

    /** How long it takes from a socket that was read empty to the next data. */
    private static long medianRefillMicros(InputStream in) throws Exception {
        byte[] chunk = new byte[1 << 20];
        long[] nanos = new long[100_000];
        int refills = 0;
        for (int count = 0; count < RESPONSE_SIZE;) {
            boolean empty = in.available() == 0;
            long start = System.nanoTime();
            int n = in.read(chunk);
            if (empty && refills < nanos.length) {
                nanos[refills++] = System.nanoTime() - start;
            }
            assertTrue(n > 0);
            count += n;
        }
        Arrays.sort(nanos, 0, refills);
        // A reader that never finds it empty, as on a busy machine, is never kept waiting.
        return refills == 0 ? 0 : nanos[refills / 2] / 1000;
    }

    private static final class Echo extends Recorder {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.writeAndFlush(msg);
        }
    }
}
