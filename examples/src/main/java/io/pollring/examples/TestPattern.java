/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.examples;

/** Bytes that depend on their place in the stream, so that a lost, doubled or swapped piece does not go unseen. */
final class TestPattern {
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    private TestPattern() {
    }

    static byte byteAt(long position) {
        long word = (position >>> 3) * MULTIPLIER;
        word ^= word >>> 29;
        return (byte) (word >>> ((position & 7) * 8));
    }

    /** Puts into the first {@code length} bytes of an array what belongs at {@code position} and after. */
    static void fill(byte[] bytes, int length, long position) {
        for (int i = 0; i < length; i++) {
            bytes[i] = byteAt(position + i);
        }
    }
}
