/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.jmh;

import io.netty.channel.IoHandlerContext;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.pollring.loop.HandleAdapter;
import io.pollring.loop.LoopMetrics;
import io.pollring.loop.PollLoop;
import io.pollring.loop.PollLoops;
import io.pollring.ring.Kernel;

import java.io.IOException;

/** A loop without an event loop around it: a benchmark makes it take one turn after the other. */
final class DrivenLoop implements ThreadAwareExecutor, IoHandlerContext, HandleAdapter, AutoCloseable {
    /** How many more turns than one what is ready may take. */
    private static final int MAX_TURNS = 8;

    private final PollLoop loop;
    private boolean drained = true;
    private boolean mayBlock;
    private boolean foreign;

    DrivenLoop(Kernel kernel) {
        loop = PollLoops.onRing(this, this, kernel);
        loop.initialize();
    }

    LoopMetrics metrics() {
        return loop.metrics();
    }

    DrivenHandle open() {
        DrivenHandle handle = new DrivenHandle();
        handle.registered(loop.register(handle));
        return handle;
    }

    /** Whether handles take all there is from now on, or leave some of it behind. */
    void drained(boolean drained) {
        this.drained = drained;
    }

    /** A turn that does not wait. */
    int turn() {
        return loop.run(this);
    }

    /** Turns until {@code count} handles were served. One is enough where an enter makes the completions of so many. */
    int serve(int count) {
        int served = loop.run(this);
        for (int i = 0; served < count; i++) {
            if (i == MAX_TURNS) {
                throw new IllegalStateException("served " + served + " of " + count + " handles");
            }
            served += loop.run(this);
        }
        return served;
    }

    /** A turn that is about to wait when another thread wakes the loop. */
    int wokenTurn() {
        mayBlock = true;
        try {
            return loop.run(this);
        } finally {
            mayBlock = false;
        }
    }

    @Override
    public boolean canBlock() {
        return mayBlock;
    }

    /** The last thing that the loop asks before it waits, so the wake-up comes here, as if from another thread. */
    @Override
    public long deadlineNanos() {
        foreign = true;
        loop.wakeup();
        foreign = false;
        return -1;
    }

    @Override
    public long delayNanos(long currentTimeNanos) {
        return -1;
    }

    @Override
    public boolean isExecutorThread(Thread thread) {
        return !foreign;
    }

    @Override
    public void execute(Runnable task) {
        task.run();
    }

    @Override
    public void reading(EpollIoHandle handle) {
        // Nothing is remembered of an earlier read.
    }

    @Override
    public boolean isDrained(EpollIoHandle handle) {
        return drained;
    }

    @Override
    public boolean hasStoppedShort(EpollIoHandle handle) {
        return false;
    }

    @Override
    public void failed(EpollIoHandle handle, IOException cause) {
        throw new IllegalStateException(cause);
    }

    @Override
    public void registered(EpollIoHandle handle) {
        // The benchmark knows.
    }

    @Override
    public void unregistered(EpollIoHandle handle) {
        // The benchmark knows.
    }

    @Override
    public void reverted(EpollIoHandle handle) {
        throw new IllegalStateException("the kernel has refused a poll, so there is nothing to measure");
    }

    @Override
    public void restored(EpollIoHandle handle) {
        throw new IllegalStateException("the kernel has refused a poll, so there is nothing to measure");
    }

    @Override
    public void close() {
        loop.prepareToDestroy();
        loop.destroy();
    }
}
