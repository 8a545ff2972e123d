/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.channel.DefaultEventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Tasks that wait in a loop. */
@Timeout(60)
class ScheduledTasksTest {
    private static final int COUNT = 5;

    /** Remembers what was scheduled. */
    private static final class Loop extends DefaultEventLoop {
        private final List<ScheduledFuture<?>> scheduled = new ArrayList<>();

        @Override
        public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
            ScheduledFuture<?> future = super.schedule(command, delay, unit);
            scheduled.add(future);
            return future;
        }
    }

    private final Loop loop = new Loop();

    @AfterEach
    void endTheLoop() throws InterruptedException {
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }

    @Test
    void thereAreAlwaysAsManyAndTheOldestGoesFirst() throws Exception {
        ScheduledTasks.fill(loop, COUNT);
        assertEquals(COUNT, loop.scheduled.size());
        loop.submit(() -> {
            for (int i = 0; i < 2 * COUNT; i++) {
                ScheduledTasks.instance().renewOne();
                assertTrue(loop.scheduled.get(i).isCancelled(), "task " + i);
                assertEquals(COUNT + 1 + i, loop.scheduled.size());
            }
        }).get();
        assertEquals(COUNT, loop.scheduled.stream().filter(task -> !task.isDone()).count());
        assertTrue(loop.scheduled.stream().allMatch(task -> task.getDelay(TimeUnit.MINUTES) >= 58));
    }
}
