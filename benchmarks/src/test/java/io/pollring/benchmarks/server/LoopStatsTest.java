/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a server of several loops counts. */
@Timeout(60)
class LoopStatsTest {
    private static final int LOOPS = 3;
    private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int BYTES = 1024 * 1024;

    private final EventLoopGroup group = Transport.NIO.newGroup(LOOPS, new DefaultThreadFactory("loop"));
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    @AfterEach
    void endTheLoops() throws InterruptedException {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }

    /** Uses a known time of the calling thread, and allocates what it returns: what nobody gets is not allocated. */
    private byte[] work() {
        long begin = threads.getCurrentThreadCpuTime();
        while (threads.getCurrentThreadCpuTime() - begin < BUSY_NANOS) {
            Thread.onSpinWait();
        }
        return new byte[BYTES];
    }

    @Test
    void timesAndBytesOfAllLoopsAreAdded() throws Exception {
        List<EventLoop> loops = BenchmarkServer.loopsOf(group);
        assertEquals(LOOPS, loops.size());
        LoopStats stats = new LoopStats(Transport.NIO, loops);
        long cpuBefore = stats.loopCpuNanos();
        long bytesBefore = (long) stats.read().get("loopAllocatedBytes");
        int loopsDone = 0;
        for (EventLoop loop : loops) {
            assertEquals(BYTES, loop.submit(this::work).get().length);
            loopsDone++;
            // Of whichever loop it was, it is in the sum.
            assertTrue(stats.loopCpuNanos() - cpuBefore >= loopsDone * BUSY_NANOS, loopsDone + " loops");
            long bytes = (long) stats.read().get("loopAllocatedBytes") - bytesBefore;
            assertTrue(bytes >= (long) loopsDone * BYTES, loopsDone + " loops: " + bytes);
        }
    }
}
