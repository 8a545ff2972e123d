/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.SelectStrategy;
import io.netty.util.concurrent.DefaultEventExecutorChooserFactory;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ThreadPerTaskExecutor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Each part that a builder is given is one that the group's loops have. */
@Timeout(30)
class IoUringEventLoopGroupBuilderTest {
    private static void shutDown(IoUringEventLoopGroup group) throws InterruptedException {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }

    private static List<EventExecutor> loops(IoUringEventLoopGroup group) {
        List<EventExecutor> loops = new ArrayList<>();
        group.forEach(loops::add);
        return loops;
    }

    private static String threadName(IoUringEventLoopGroup group) throws Exception {
        return group.submit(() -> Thread.currentThread().getName()).get();
    }

    @Test
    void groupOfNothingIsAsTheOneWithoutArguments() throws Exception {
        IoUringEventLoopGroup group = IoUringEventLoopGroup.builder().build();
        IoUringEventLoopGroup plain = new IoUringEventLoopGroup();
        try {
            assertEquals(loops(plain).size(), loops(group).size());
            assertEquals(threadName(plain).replaceAll("[0-9]+", ""), threadName(group).replaceAll("[0-9]+", ""));
        } finally {
            shutDown(group);
            shutDown(plain);
        }
    }

    @Test
    void executorChooserAndSettingsOfTheRingsGoTogether() throws Exception {
        assumeTrue(IoUring.isAvailable(), "no ring: " + IoUring.unavailabilityCause());
        AtomicInteger choosers = new AtomicInteger();
        IoUringEventLoopGroupBuilder builder = IoUringEventLoopGroup.builder().threads(2)
                .executor(new ThreadPerTaskExecutor(new DefaultThreadFactory("built")))
                .chooser(executors -> {
                    choosers.incrementAndGet();
                    return DefaultEventExecutorChooserFactory.INSTANCE.newChooser(executors);
                })
                .config(new IoUringIoHandlerConfig().setRingSize(16));
        // Each of two groups has all of it.
        for (int i = 1; i <= 2; i++) {
            IoUringEventLoopGroup group = builder.build();
            try {
                assertEquals(2, loops(group).size());
                assertTrue(threadName(group).startsWith("built"), () -> loops(group).toString());
                assertEquals(i, choosers.get());
                String dump = IoUring.dump((EventLoop) loops(group).get(0));
                assertTrue(dump.contains("sqEntries: 16,"), dump);
            } finally {
                shutDown(group);
            }
        }
    }

    @Test
    void threadsAreTheFactorys() throws Exception {
        IoUringEventLoopGroup group = IoUringEventLoopGroup.builder().threads(1)
                .threadFactory(new DefaultThreadFactory("made")).build();
        try {
            assertTrue(threadName(group).startsWith("made"));
        } finally {
            shutDown(group);
        }
    }

    @Test
    void queuesStrategyAndHandlerOfRejectedTasksAreUsed() throws Exception {
        AtomicInteger queues = new AtomicInteger();
        AtomicInteger tailQueues = new AtomicInteger();
        AtomicInteger decisions = new AtomicInteger();
        AtomicInteger rejections = new AtomicInteger();
        SelectStrategy strategy = DefaultSelectStrategyFactory.INSTANCE.newSelectStrategy();
        IoUringEventLoopGroup group = IoUringEventLoopGroup.builder().threads(1)
                .taskQueue(capacity -> {
                    queues.incrementAndGet();
                    return new ArrayBlockingQueue<>(4);
                })
                .tailTaskQueue(capacity -> {
                    tailQueues.incrementAndGet();
                    return new ConcurrentLinkedQueue<>();
                })
                .selectStrategy(() -> (supplier, hasTasks) -> {
                    decisions.incrementAndGet();
                    return strategy.calculateStrategy(supplier, hasTasks);
                })
                .rejectedExecutionHandler((task, executor) -> {
                    rejections.incrementAndGet();
                    throw new RejectedExecutionException();
                })
                .build();
        CountDownLatch busy = new CountDownLatch(1);
        group.submit(() -> { }).get();
        group.execute(() -> awaitLatch(busy));
        assertThrows(RejectedExecutionException.class, () -> {
            for (int i = 0; i < 10; i++) {
                group.execute(() -> { });
            }
        });
        busy.countDown();
        shutDown(group);
        assertEquals(List.of(1, 1, 1), List.of(queues.get(), tailQueues.get(), rejections.get()));
        assertTrue(decisions.get() > 0);
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void badPartsAreRefusedAtOnce() {
        IoUringEventLoopGroupBuilder builder = IoUringEventLoopGroup.builder();
        assertThrows(IllegalArgumentException.class, () -> builder.threads(-1));
        assertThrows(IllegalArgumentException.class, () -> builder.maxEventsAtOnce(-1));
        assertThrows(NullPointerException.class, () -> builder.executor(null));
        assertThrows(NullPointerException.class, () -> builder.threadFactory(null));
        assertThrows(NullPointerException.class, () -> builder.config(null));
        assertThrows(NullPointerException.class, () -> builder.chooser(null));
        assertThrows(NullPointerException.class, () -> builder.selectStrategy(null));
        assertThrows(NullPointerException.class, () -> builder.rejectedExecutionHandler(null));
        assertThrows(NullPointerException.class, () -> builder.taskQueue(null));
        assertThrows(NullPointerException.class, () -> builder.tailTaskQueue(null));
    }
}
