/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** How much is run: all of it with {@code -Pinterop}, else what takes two minutes at most. */
final class Scope {
    private static final boolean WHOLE = Boolean.getBoolean("pollring.interop.whole");

    private Scope() { }

    static boolean isWhole() {
        return WHOLE;
    }

    /** What takes long is no part of the quick part. */
    static void requireWhole() {
        assumeTrue(WHOLE, "./test runs a quick part; ./test -Pinterop runs this as well");
    }
}
