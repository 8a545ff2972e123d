/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

/**
 * Packs what a completion needs to find its registration into the 64 bits of {@code user_data}.
 *
 * <pre>
 *  63      60 59                    32 31                      0
 * +----------+------------------------+-------------------------+
 * |   kind   |          slot          |       generation        |
 * +----------+------------------------+-------------------------+
 * </pre>
 *
 * Every field is masked, so a negative number can never spill into its neighbour. An fd is deliberately not part of it:
 * the kernel's request holds a file, not a number, and numbers are reused.
 */
public final class UserData {
    /** The largest slot. */
    public static final int MAX_SLOT = (1 << 28) - 1;

    private static final long GENERATION_MASK = 0xFFFFFFFFL;
    private static final int SLOT_SHIFT = 32;
    private static final int KIND_SHIFT = 60;
    private static final int KIND_MASK = 0xF;

    private UserData() { }

    /**
     * @param kind       0..15
     * @param slot       0..{@link #MAX_SLOT}
     * @param generation any 32 bits
     */
    public static long encode(int kind, int slot, int generation) {
        return (long) (kind & KIND_MASK) << KIND_SHIFT
                | (long) (slot & MAX_SLOT) << SLOT_SHIFT
                | generation & GENERATION_MASK;
    }

    public static int kind(long userData) {
        return (int) (userData >>> KIND_SHIFT);
    }

    public static int slot(long userData) {
        return (int) (userData >>> SLOT_SHIFT) & MAX_SLOT;
    }

    public static int generation(long userData) {
        return (int) userData;
    }
}
