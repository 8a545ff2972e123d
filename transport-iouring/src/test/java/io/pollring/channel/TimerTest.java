/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Scheduled tasks run in time, and a loop with timers does not pay for them in every turn. */
class TimerTest {

    @ParameterizedTest
    @EnumSource(Mode.class)
    void noneIsEarlyAndNoneIsLost(Mode mode, TestReporter reporter) throws Exception {
        int count = Scale.of(10_000);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        AtomicLongArray late = new AtomicLongArray(count);
        CountDownLatch ran = new CountDownLatch(count);
        try (TestGroup group = new TestGroup(mode, 1)) {
            long setsBefore = timerSets(group);
            for (int i = 0; i < count; i++) {
                int index = i;
                long delay = random.nextInt(1_000_000_000);
                long start = System.nanoTime();
                group.loop().schedule(() -> {
                    late.set(index, System.nanoTime() - start - delay);
                    ran.countDown();
                }, delay, TimeUnit.NANOSECONDS);
            }
            assertTrue(ran.await(20, TimeUnit.SECONDS), () -> ran.getCount() + " were lost, seed " + seed);
            long sets = timerSets(group) - setsBefore;
            long[] sorted = new long[count];
            Arrays.setAll(sorted, late::get);
            Arrays.sort(sorted);
            reporter.publishEntry("late by (median, worst), timerfd_settime", sorted[count / 2] / 1000 + " us, "
                    + sorted[count - 1] / 1000 + " us, " + sets + " times");
            assertTrue(sorted[0] >= 0, () -> "early by " + -sorted[0] + " ns, seed " + seed);
            assertTrue(sorted[count / 2] < 50_000_000, () -> "half of them late by " + sorted[count / 2] + " ns");
            // Once for each sleep that a task ends, and once for each that becomes the first in the queue.
            assertTrue(sets <= count, () -> sets + " calls of timerfd_settime");
        }
    }

    @ParameterizedTest
    @EnumSource(value = Mode.class, mode = EnumSource.Mode.EXCLUDE, names = "EPOLL")
    void aDistantTimerCostsNothingUnderTraffic(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1); Connection connection = Connection.open(group)) {
            group.loop().schedule(() -> { }, 1, TimeUnit.HOURS);
            roundTrips(group.loop(), 10);
            long before = timerSets(group);
            roundTrips(group.loop(), 500);
            for (int i = 1; i <= 500; i++) {
                int total = i;
                connection.send(1);
                Await.until("the byte is read", 5000, () -> connection.recorder.byteCount() == total);
            }
            // Without a task Netty wants to wake in a second; that one may still be set, and expire now.
            assertTrue(timerSets(group) - before <= 1, () -> timerSets(group) - before + " calls");
        }
    }

    @ParameterizedTest
    @EnumSource(value = Mode.class, mode = EnumSource.Mode.EXCLUDE, names = "EPOLL")
    void timersThatMoveAwayCostNothing(Mode mode) throws Exception {
        // What an idle timeout does: each message cancels it and schedules it anew.
        try (TestGroup group = new TestGroup(mode, 1)) {
            ScheduledFuture<?>[] timeout = {group.loop().schedule(() -> { }, 60, TimeUnit.SECONDS)};
            roundTrips(group.loop(), 10);
            long before = timerSets(group);
            for (int i = 0; i < 500; i++) {
                TestGroup.run(group.loop(), () -> {
                    timeout[0].cancel(false);
                    timeout[0] = group.loop().schedule(() -> { }, 60, TimeUnit.SECONDS);
                });
            }
            // See above.
            assertTrue(timerSets(group) - before <= 1, () -> timerSets(group) - before + " calls");
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void ofOddDelays(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1)) {
            EventLoop loop = group.loop();
            List<ScheduledFuture<?>> never = new ArrayList<>();
            for (long delay : new long[] {Long.MAX_VALUE, Long.MAX_VALUE / 2, (long) Integer.MAX_VALUE * 1_000_000_000L,
                    TimeUnit.DAYS.toNanos(36_500)}) {
                never.add(loop.schedule(() -> { }, delay, TimeUnit.NANOSECONDS));
            }
            never.add(loop.schedule(() -> { }, Long.MAX_VALUE, TimeUnit.DAYS));
            long[] delays = {0, -1, Long.MIN_VALUE, 1, 999, 999_999, 999_999_999, 1_000_000_000, 1_000_000_001};
            AtomicLongArray ran = new AtomicLongArray(delays.length);
            List<ScheduledFuture<?>> soon = new ArrayList<>();
            long[] starts = new long[delays.length];
            for (int i = 0; i < delays.length; i++) {
                int index = i;
                starts[i] = System.nanoTime();
                soon.add(loop.schedule(() -> ran.set(index, System.nanoTime()), delays[i], TimeUnit.NANOSECONDS));
            }
            for (int i = 0; i < delays.length; i++) {
                assertTrue(soon.get(i).await(5000), delays[i] + " ns");
                assertTrue(ran.get(i) - starts[i] >= delays[i], delays[i] + " ns");
            }
            never.forEach(future -> assertFalse(future.isDone()));
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void anEarlierTaskOvertakesALaterOne(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1)) {
            ScheduledFuture<?> later = group.loop().schedule(() -> { }, 20, TimeUnit.SECONDS);
            Thread.sleep(5);
            for (int i = 0; i < 20; i++) {
                // Cancelled before it is due: its expiry may wake the loop, which must then go on to the next.
                group.loop().schedule(() -> { }, 2, TimeUnit.MILLISECONDS).cancel(false);
                assertTrue(group.loop().schedule(() -> { }, 5, TimeUnit.MILLISECONDS).await(2000));
            }
            assertFalse(later.isDone());
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void aRepeatedTaskKeepsItsRate(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1)) {
            AtomicInteger runs = new AtomicInteger();
            long start = System.nanoTime();
            ScheduledFuture<?> task = group.loop().scheduleAtFixedRate(runs::incrementAndGet, 2, 2,
                    TimeUnit.MILLISECONDS);
            Await.until("100 runs", 10_000, () -> runs.get() >= 100);
            assertTrue(System.nanoTime() - start >= 200_000_000);
            task.cancel(false);
        }
    }

    private static void roundTrips(EventLoop loop, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            loop.submit(() -> { }).get(5, TimeUnit.SECONDS);
        }
    }

    private static long timerSets(TestGroup group) {
        return group.mode.isOurs() ? group.metrics().timerSets() : 0;
    }
}
