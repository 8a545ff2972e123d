/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.jmh;

import io.pollring.ring.Native;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** Whole turns of a loop without handles, on the machine's kernel. */
public class TurnBenchmark extends RingOperation {
    private DrivenLoop loop;
    private long wakeups;

    @Setup
    public void open() {
        loop = new DrivenLoop(Native.kernel());
        loop.turn();
    }

    /** A turn between tasks, which may not wait and finds nothing. Only now and then does it enter the kernel. */
    @Benchmark
    public int nothing() {
        return loop.turn();
    }

    /** A turn that is woken just before it waits: the write to the eventfd, the wait that ends at once, the event. */
    @Benchmark
    public int wakeup() {
        wakeups++;
        return loop.wokenTurn();
    }

    @TearDown
    public void close() {
        long counted = loop.metrics().wakeups.get();
        loop.close();
        if (counted != wakeups) {
            throw new IllegalStateException(counted + " events for " + wakeups + " wake-ups");
        }
    }
}
