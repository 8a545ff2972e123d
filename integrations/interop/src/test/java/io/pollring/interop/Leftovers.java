/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** What other people's programs leave behind is gone some time after they say that they have ended. */
final class Leftovers {
    private static final int WAIT_SECONDS = 30;

    private Leftovers() { }

    static void awaitNone(String what, IntSupplier count) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        int left = count.getAsInt();
        while (left != 0 && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(10);
            left = count.getAsInt();
        }
        assertEquals(0, left, what);
    }

    static void awaitNoThread(String prefix) throws InterruptedException {
        awaitNone("threads " + prefix + "*", () -> (int) Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix)).count());
    }
}
