/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

/** How much work the heavy tests do: {@code -Dpollring.test.scale=0.1} makes a tenth of it, and the default is all. */
final class Scale {
    private static final double FACTOR = Double.parseDouble(System.getProperty("pollring.test.scale", "1"));

    private Scale() { }

    static int of(int full) {
        return of(full, 1);
    }

    /** @param least what is needed for the test to mean anything, or all if that is less */
    static int of(int full, int least) {
        return (int) Math.max(Math.min(full, least), full * FACTOR);
    }
}
