/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;

import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Tasks that a loop has to do at times that are far off, as timeouts are that hardly ever come. They are of one loop,
 * and but for {@link #fill} only its thread may use them.
 */
final class ScheduledTasks {
    /** None of them is due while somebody measures. */
    private static final long MIN_DELAY_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final long MAX_DELAY_NANOS = TimeUnit.HOURS.toNanos(2);
    private static final Runnable NOTHING = () -> { };
    private static ScheduledTasks instance;

    private final EventLoop loop;
    private final ScheduledFuture<?>[] tasks;
    /** The same delays for all, of which one is as likely as another to be put anywhere among the tasks. */
    private final SplittableRandom delays = new SplittableRandom(1);
    private int next;

    ScheduledTasks(EventLoop loop, int count) {
        this.loop = loop;
        tasks = new ScheduledFuture<?>[count];
        for (int i = 0; i < count; i++) {
            tasks[i] = schedule();
        }
    }

    /** Has a loop schedule so many, and returns when it has. */
    static void fill(EventLoop loop, int count) throws ExecutionException, InterruptedException {
        loop.submit(() -> {
            instance = new ScheduledTasks(loop, count);
        }).get();
    }

    static ScheduledTasks instance() {
        return instance;
    }

    private ScheduledFuture<?> schedule() {
        return loop.schedule(NOTHING, delays.nextLong(MIN_DELAY_NANOS, MAX_DELAY_NANOS), TimeUnit.NANOSECONDS);
    }

    /** Cancels the one that has been there for longest, and schedules another, as with each request. */
    void renewOne() {
        tasks[next].cancel(false);
        tasks[next] = schedule();
        next = (next + 1) % tasks.length;
    }

    /** Echo that cancels a task and schedules another for each message. */
    static final class Echo extends EchoHandler {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            instance.renewOne();
            super.channelRead(ctx, msg);
        }
    }
}
