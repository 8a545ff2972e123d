/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import com.sun.management.ThreadMXBean;

import java.lang.management.ManagementFactory;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** Finds objects that are made where none has to be. A number of calls is measured, and no time. */
public final class Allocations {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int CALLS = 20_000;
    private static final int WINDOWS = 3;
    /** The smallest object has 8 bytes at least, so this finds one that is made in every second call. */
    private static final double MAX_BYTES = 4;

    /** What is looked at. */
    @FunctionalInterface
    public interface Operation {
        void run() throws Exception;
    }

    private Allocations() { }

    /** Fails if the operation allocates when all that it keeps is made. */
    public static void assertNone(Operation operation) throws Exception {
        repeat(operation);
        long fewest = Long.MAX_VALUE;
        // What is made once, such as a class that is loaded late, is not in all of them.
        for (int i = 0; i < WINDOWS; i++) {
            long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
            repeat(operation);
            fewest = Math.min(fewest, THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - before);
        }
        double bytes = (double) fewest / CALLS;
        assertTrue(bytes < MAX_BYTES, () -> bytes + " bytes in each call");
    }

    private static void repeat(Operation operation) throws Exception {
        for (int i = 0; i < CALLS; i++) {
            operation.run();
        }
    }
}
