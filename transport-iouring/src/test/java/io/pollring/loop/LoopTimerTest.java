/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.IoHandlerContext;
import io.netty.channel.epoll.Native;
import io.pollring.ring.Abi;
import io.pollring.ring.EpollSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The timerfd: how often it is set, and that it is never late. */
@Timeout(60)
class LoopTimerTest {
    private static final int EPOLLET = 1 << 31;
    private static final long MILLI = 1_000_000;

    private final LoopMetrics metrics = new LoopMetrics();
    private LoopTimer timer;
    private EpollSet set;

    @BeforeEach
    void setUp() {
        timer = new LoopTimer(metrics);
        set = new EpollSet(io.pollring.ring.Native.kernel(), Native.sizeofEpollEvent(), Native.offsetofEpollData());
        assertEquals(0, set.set(timer.fd(), Abi.POLLIN | EPOLLET, false));
    }

    @AfterEach
    void tearDown() {
        set.close();
        timer.close();
    }

    /** A context whose next task is due at {@code deadlineNanos} of {@link System#nanoTime()}, -1 for none. */
    private static IoHandlerContext due(long deadlineNanos) {
        return new IoHandlerContext() {
            @Override
            public boolean canBlock() {
                return true;
            }

            @Override
            public long delayNanos(long currentTimeNanos) {
                return deadlineNanos - currentTimeNanos;
            }

            @Override
            public long deadlineNanos() {
                return deadlineNanos;
            }
        };
    }

    private static IoHandlerContext dueIn(long nanos) {
        return due(System.nanoTime() + nanos);
    }

    @Test
    void isSetOnlyIfItWouldBeTooLate() {
        assertTrue(timer.prepare(due(-1), LoopTimer.NEVER));
        assertEquals(0, metrics.timerSets.get());
        long start = System.nanoTime();
        assertTrue(timer.prepare(due(start + 5_000 * MILLI), LoopTimer.NEVER));
        assertEquals(1, metrics.timerSets.get());
        for (int i = 0; i < 1000; i++) {
            // Tasks that move away, and tasks that are cancelled.
            assertTrue(timer.prepare(due(start + (5_000 + i) * MILLI), LoopTimer.NEVER));
            assertTrue(timer.prepare(due(-1), LoopTimer.NEVER));
        }
        assertEquals(1, metrics.timerSets.get());
        assertTrue(timer.prepare(due(start + 4_000 * MILLI), LoopTimer.NEVER));
        assertEquals(2, metrics.timerSets.get());
    }

    @Test
    void expiresNoEarlierThanTheDeadlineAndNotLate() throws Exception {
        for (int i = 1; i <= 20; i++) {
            long deadline = System.nanoTime() + i * MILLI;
            assertTrue(timer.prepare(due(deadline), LoopTimer.NEVER));
            assertEquals(1, set.await(10_000));
            timer.expired();
            assertTrue(System.nanoTime() - deadline >= 0, "expired too early");
        }
        assertEquals(20, metrics.timerSets.get());
    }

    @Test
    void anEarlierDeadlineMovesTheExpiry() throws Exception {
        long start = System.nanoTime();
        assertTrue(timer.prepare(due(start + 3_600_000 * MILLI), LoopTimer.NEVER));
        assertTrue(timer.prepare(due(start + 5 * MILLI), LoopTimer.NEVER));
        assertEquals(1, set.await(10_000));
    }

    @Test
    void whatIsDueNowIsNotWaitedFor() {
        assertFalse(timer.prepare(dueIn(0), LoopTimer.NEVER));
        assertFalse(timer.prepare(dueIn(-1), LoopTimer.NEVER));
        assertFalse(timer.prepare(dueIn(-3_600_000 * MILLI), LoopTimer.NEVER));
        assertEquals(0, metrics.timerSets.get());
    }

    @Test
    void wakesForTheLoopsOwnWorkWhereNoTaskIsDue() throws Exception {
        assertTrue(timer.prepare(due(-1), System.nanoTime() + 5 * MILLI));
        assertEquals(1, set.await(10_000));
    }

    @Test
    void ownWorkThatIsDueNowIsNotWaitedFor() {
        assertFalse(timer.prepare(due(-1), System.nanoTime()));
        assertFalse(timer.prepare(dueIn(1000 * MILLI), System.nanoTime() - 1));
        assertEquals(0, metrics.timerSets.get());
    }

    @Test
    void isSetForTheEarlierOfTaskAndOwnWork() throws Exception {
        long start = System.nanoTime();
        assertTrue(timer.prepare(due(start + 3_600_000 * MILLI), start + 5 * MILLI));
        assertEquals(1, set.await(10_000));
        timer.expired();
        start = System.nanoTime();
        assertTrue(timer.prepare(due(start + 5 * MILLI), start + 3_600_000 * MILLI));
        assertEquals(1, set.await(10_000));
        assertEquals(2, metrics.timerSets.get());
    }

    /** Deadlines of tasks count from another moment than the loop's own, which only a task tells. */
    @Test
    void tasksThatAreDueAfterTheOwnWorkSetItOnceMore() {
        long own = System.nanoTime() + 5_000 * MILLI;
        assertTrue(timer.prepare(due(-1), own));
        assertEquals(1, metrics.timerSets.get());
        for (int i = 0; i < 1000; i++) {
            assertTrue(timer.prepare(dueIn((6_000 + i) * MILLI), own));
            assertTrue(timer.prepare(due(-1), own));
        }
        assertEquals(2, metrics.timerSets.get());
        assertTrue(timer.prepare(dueIn(1_000 * MILLI), own));
        assertEquals(3, metrics.timerSets.get());
    }

    /** Fractions of a second, the longest delays there are: what the kernel is told is always valid. */
    @Test
    void takesEveryDelay() {
        for (long delay : new long[] {1_000, 999_999_999, 1_000_000_000, 1_000_000_001, Long.MAX_VALUE / 4,
                Long.MAX_VALUE - 1_000_000_000_000_000L}) {
            timer.expired();
            long sets = metrics.timerSets.get();
            // A delay this short may be over before the timer is set.
            boolean waits = timer.prepare(dueIn(delay), LoopTimer.NEVER);
            assertTrue(waits || delay == 1_000);
            assertEquals(sets + (waits ? 1 : 0), metrics.timerSets.get());
        }
    }

    @Test
    void isSetAgainAfterItHasExpired() throws Exception {
        assertTrue(timer.prepare(dueIn(MILLI), LoopTimer.NEVER));
        assertEquals(1, set.await(10_000));
        timer.expired();
        assertTrue(timer.prepare(dueIn(MILLI), LoopTimer.NEVER));
        assertEquals(1, set.await(10_000));
        assertEquals(2, metrics.timerSets.get());
    }
}
