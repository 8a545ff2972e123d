/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.jmh;

import io.netty.channel.epoll.EpollIoOps;
import io.pollring.ring.Abi;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/**
 * Handles submit another interest each, and the turn brings it to the kernel: one update of a poll for each. Nothing
 * ever happens to their files.
 */
public class ReifyBenchmark extends LoopOperation {
    private static final EpollIoOps PRIORITY = EpollIoOps.valueOf(Abi.POLLPRI);

    private boolean reading = true;
    private long changes;

    @Benchmark
    @OperationsPerInvocation(HANDLES)
    public int changedInterest() {
        reading = !reading;
        EpollIoOps interest = reading ? READ : PRIORITY;
        for (DrivenHandle handle : handles) {
            handle.submit(interest);
        }
        changes += HANDLES;
        return loop.turn();
    }

    /** Interest is given up lazily, so a change need not have reached the kernel at all. */
    @Override
    void check() {
        if (loop.metrics().pollUpdates.get() != changes) {
            throw new IllegalStateException(loop.metrics().pollUpdates.get() + " updates for " + changes + " changes");
        }
    }
}
