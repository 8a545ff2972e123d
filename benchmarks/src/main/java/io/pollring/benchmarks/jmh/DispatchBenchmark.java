/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.jmh;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/**
 * Something has come for every handle: the turn finds it, gives it to the handle, and judges what the handle has left
 * behind.
 */
public class DispatchBenchmark extends LoopOperation {

    /** From here on there is always something to read. */
    @Override
    void prepare() {
        for (DrivenHandle handle : handles) {
            happens(handle);
        }
        loop.drained(false);
        loop.serve(HANDLES);
    }

    @Override
    void check() {
        for (DrivenHandle handle : handles) {
            if (handle.told() != handles[0].told()) {
                throw new IllegalStateException("a turn did not serve all handles");
            }
        }
    }

    /** The handles take all there is, and then more comes. On Linux, writing to the eventfds is in the figure. */
    @Benchmark
    @OperationsPerInvocation(HANDLES)
    public int taken() {
        loop.drained(true);
        for (DrivenHandle handle : handles) {
            happens(handle);
        }
        return loop.serve(HANDLES);
    }

    /** The handles leave something behind, so the next turn has the kernel look anew: an update, and an event. */
    @Benchmark
    @OperationsPerInvocation(HANDLES)
    public int leftBehind() {
        return loop.serve(HANDLES);
    }
}
