/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What the threads measure that hand work to a loop. */
@Timeout(60)
class HandoverTest {
    private static final long BLOCKED_MILLIS = 50;

    private final EventLoopGroup group = Transport.NIO.newGroup(1, new DefaultThreadFactory("loop"));

    @AfterEach
    void endTheLoop() throws InterruptedException {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }

    private static long nanos(Map<String, Object> figures, String name) {
        return ((Number) figures.get(name)).longValue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBlockedLoopIsSeenInTheLatencyAndNotInTheCost(boolean writes) throws Exception {
        try (Listener listener = Listener.open(group, Transport.NIO, Service.HANDOVER);
                Handover handover = new Handover((int) listener.whereabouts().get("port"), 1)) {
            SingleThreadEventLoop loop = (SingleThreadEventLoop) listener.eventLoop();
            loop.submit(() -> { }).sync();
            loop.submit(() -> {
                // Not before there is something that has to wait.
                while (loop.pendingTasks() == 0) {
                    Thread.sleep(1);
                }
                Thread.sleep(BLOCKED_MILLIS);
                return null;
            });
            Map<String, Object> figures = handover.part(writes, 0.1, () -> 0);
            assertTrue(nanos(figures, "maxNanos") >= TimeUnit.MILLISECONDS.toNanos(BLOCKED_MILLIS), figures.toString());
            assertTrue(nanos(figures, "callerP50Nanos") < nanos(figures, "maxNanos"), figures.toString());
        }
    }

    @Test
    void aWriteThatFailsEndsTheMeasurement() throws InterruptedException {
        Channel channel = new NioSocketChannel();
        group.register(channel).sync();
        channel.close().sync();
        Caller caller = new Caller(channel, 0);
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        IllegalStateException failure =
                assertThrows(IllegalStateException.class, () -> caller.run(true, deadline));
        assertTrue(failure.getMessage().contains("write"), failure.getMessage());
        caller.release();
    }
}
