/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import java.util.concurrent.Callable;

import static org.junit.jupiter.api.Assertions.fail;

/** Waits for what another thread brings about. */
final class Await {
    private Await() { }

    /** Waits until {@code condition} holds, and fails with {@code what} if it does not within {@code millis}. */
    static void until(String what, long millis, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + millis * 1_000_000;
        while (!condition.call()) {
            if (System.nanoTime() - deadline > 0) {
                fail("not within " + millis + " ms: " + what);
            }
            Thread.sleep(1);
        }
    }
}
