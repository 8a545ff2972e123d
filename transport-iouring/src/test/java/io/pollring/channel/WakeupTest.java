/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A task from another thread wakes the loop, at whatever point it is on its way to sleep. */
class WakeupTest {

    @ParameterizedTest
    @CsvSource({
        "RING, 1", "RING, 8", "REVERTED, 8", "NO_RING, 1", "NO_RING, 8", "NO_FEATURES, 1", "NO_FEATURES, 8", "EPOLL, 8"
    })
    void noneIsLost(Mode mode, int threads, TestReporter reporter) throws Exception {
        int rounds = Scale.of(threads == 1 ? 8000 : 1500);
        CyclicBarrier barrier = new CyclicBarrier(threads);
        long[] micros = new long[rounds * threads];
        try (TestGroup group = new TestGroup(mode, 1)) {
            EventLoop loop = group.loop();
            inParallel(threads, thread -> {
                for (int i = 0; i < rounds; i++) {
                    // All at the same time, and then none until each has been served: nobody else wakes the loop.
                    barrier.await(20, TimeUnit.SECONDS);
                    spin(ThreadLocalRandom.current().nextInt(200));
                    CountDownLatch ran = new CountDownLatch(1);
                    long start = System.nanoTime();
                    loop.execute(ran::countDown);
                    assertTrue(ran.await(10, TimeUnit.SECONDS), "a wake-up was lost");
                    micros[i * threads + thread] = (System.nanoTime() - start) / 1000;
                }
                return null;
            });
        }
        Arrays.sort(micros);
        reporter.publishEntry("from execute to running, median, 99 %, worst", micros[micros.length / 2] + ", "
                + micros[micros.length * 99 / 100] + ", " + micros[micros.length - 1] + " us");
        // Wake-ups that only a guard of some kind finds would show up here.
        assertTrue(micros[micros.length * 99 / 100] < 200_000, "slow wake-ups");
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void noneIsLostWhileTheLoopShutsDown(Mode mode) throws Exception {
        int threads = 8;
        for (int round = 0; round < Scale.of(20); round++) {
            IoEventLoopGroup group = mode.newGroup(1);
            // Of tasks that come after the shutdown began Netty promises nothing.
            int[] acceptedBefore = new int[threads];
            AtomicIntegerArray ran = new AtomicIntegerArray(threads);
            CyclicBarrier barrier = new CyclicBarrier(threads + 1);
            inParallel(threads + 1, thread -> {
                barrier.await(20, TimeUnit.SECONDS);
                if (thread == threads) {
                    spin(ThreadLocalRandom.current().nextInt(5000));
                    group.shutdownGracefully(0, 10, TimeUnit.SECONDS);
                } else {
                    floodUntilRejected(group, () -> ran.incrementAndGet(thread), () -> acceptedBefore[thread]++);
                }
                return null;
            });
            assertTrue(group.awaitTermination(10, TimeUnit.SECONDS));
            for (int i = 0; i < threads; i++) {
                // Tasks of one thread run in their order: the first ones are there.
                assertTrue(ran.get(i) >= acceptedBefore[i], ran.get(i) + " of at least " + acceptedBefore[i]);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"RING, 1200", "NO_RING, 400", "NO_FEATURES, 400", "EPOLL, 100"})
    void ofALoopThatWasMadeAMomentAgo(Mode mode, int rounds) throws Exception {
        for (int i = 0; i < Scale.of(rounds); i++) {
            EventLoopGroup group = mode.newGroup(1);
            CountDownLatch ran = new CountDownLatch(1);
            group.execute(ran::countDown);
            if (i % 2 == 0) {
                assertTrue(ran.await(10, TimeUnit.SECONDS), "the first task was lost");
            }
            group.shutdownGracefully(0, 10, TimeUnit.SECONDS);
            assertTrue(group.awaitTermination(10, TimeUnit.SECONDS), "the wake-up by the shutdown was lost");
            assertTrue(ran.await(0, TimeUnit.SECONDS), "the first task was dropped");
        }
    }

    @ParameterizedTest
    @CsvSource({"RING, 100", "NO_RING, 50"})
    void neverHitsAStrangersFd(Mode mode, int rounds) throws Exception {
        // The eventfd's number is free for others as soon as the loop has closed it. Pipes take it at once here, and
        // whoever writes to a number that is not his any more leaves eight bytes in one.
        CountDownLatch over = new CountDownLatch(1);
        ExecutorService recycler = Executors.newSingleThreadExecutor();
        try {
            Future<Integer> pipes = recycler.submit(() -> recyclePipes(over));
            for (int i = 0; i < Scale.of(rounds); i++) {
                IoEventLoopGroup group = mode.newGroup(1);
                inParallel(4, thread -> {
                    if (thread == 0) {
                        group.execute(() -> { });
                        group.shutdownGracefully(0, 10, TimeUnit.SECONDS);
                    } else {
                        floodUntilRejected(group, () -> { }, () -> { });
                    }
                    return null;
                });
                assertTrue(group.awaitTermination(10, TimeUnit.SECONDS));
            }
            over.countDown();
            assertTrue(pipes.get(10, TimeUnit.SECONDS) > 0);
        } finally {
            over.countDown();
            recycler.shutdownNow();
        }
    }

    private static void floodUntilRejected(EventLoopGroup group, Runnable task, Runnable acceptedBeforeShutdown) {
        try {
            for (;;) {
                group.execute(task);
                if (!group.isShuttingDown()) {
                    acceptedBeforeShutdown.run();
                }
                // The loop runs what there is before it ends: let it come to an end of it.
                spin(ThreadLocalRandom.current().nextInt(200));
            }
        } catch (RejectedExecutionException e) {
            assertTrue(group.isShuttingDown(), e::toString);
        }
    }

    private static int recyclePipes(CountDownLatch over) throws Exception {
        ByteBuffer buffer = ByteBuffer.allocate(64);
        int count = 0;
        for (; over.getCount() > 0; count++) {
            Pipe pipe = Pipe.open();
            spin(50);
            pipe.source().configureBlocking(false);
            assertEquals(0, pipe.source().read(buffer), "somebody has written to a stranger's fd");
            pipe.sink().close();
            pipe.source().close();
        }
        return count;
    }

    private static void inParallel(int threads, ThreadBody body) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                tasks.add(() -> body.run(thread));
            }
            for (Future<Void> future : executor.invokeAll(tasks, 120, TimeUnit.SECONDS)) {
                future.get();
            }
        } finally {
            executor.shutdownNow();
        }
    }

    private static void spin(int times) {
        for (int i = 0; i < times; i++) {
            Thread.onSpinWait();
        }
    }

    private interface ThreadBody {
        Void run(int thread) throws Exception;
    }
}
