/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.pollring.channel.IoUring;
import io.pollring.channel.IoUringBackend;
import io.pollring.channel.IoUringEventLoopGroup;
import io.pollring.channel.IoUringMetrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** The loops: two that always run, and two that are suspended when they have no channels, and used again. */
final class SoakGroups {
    private static final int LOOPS = 2;

    final IoUringEventLoopGroup main = new IoUringEventLoopGroup(LOOPS);
    final IoUringEventLoopGroup scaling = new IoUringEventLoopGroup(LOOPS);

    static List<EventLoop> loops(EventLoopGroup group) {
        List<EventLoop> loops = new ArrayList<>();
        for (EventExecutor loop : group) {
            loops.add((EventLoop) loop);
        }
        return loops;
    }

    /** One of those that a channel of {@code end}'s may move to. */
    EventLoop any(SoakEnd end, Random random) {
        boolean isScaling = end.connection.isScaling && end.isClient;
        return loops(isScaling ? scaling : main).get(random.nextInt(LOOPS));
    }

    /**
     * Does what an auto-scaling group does to loops without channels; that would not do it again to one that was woken
     * by a task.
     *
     * @return whether all are suspended
     */
    boolean trySuspend() {
        boolean all = true;
        for (EventLoop loop : loops(scaling)) {
            SingleThreadIoEventLoop single = (SingleThreadIoEventLoop) loop;
            all &= single.isSuspended() || single.trySuspend();
        }
        return all;
    }

    /** A task is enough to have them go on. */
    void resume() {
        loops(scaling).forEach(loop -> loop.execute(() -> { }));
    }

    /** How often a suspended loop has gone on with a new ring. */
    long resumed() {
        return loops(scaling).stream().mapToLong(loop -> IoUring.metrics(loop).ringsReplaced()).sum();
    }

    /** What the loops say of themselves that they should not. */
    void check(Violations violations) {
        for (EventLoopGroup group : List.of(main, scaling)) {
            for (EventLoop loop : loops(group)) {
                IoUringMetrics metrics = IoUring.metrics(loop);
                if (metrics.backend() != IoUringBackend.RING) {
                    violations.add("a loop has no ring: " + IoUring.unavailabilityCause(loop));
                }
                if (metrics.staleCompletions() != 0) {
                    violations.add("completions that belong to nobody: " + metrics);
                }
                System.out.println("loop: " + metrics);
            }
        }
    }

    void close(Violations violations) throws InterruptedException {
        for (EventLoopGroup group : List.of(main, scaling)) {
            group.shutdownGracefully(0, 20, TimeUnit.SECONDS);
        }
        for (EventLoopGroup group : List.of(main, scaling)) {
            if (!group.awaitTermination(60, TimeUnit.SECONDS)) {
                violations.add("a group does not end");
            }
        }
    }
}
