/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Access to memory that is shared with the kernel. The only class that touches a {@link VarHandle} over it, so the
 * order of every access is in its name.
 */
final class RingMemory {
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private static final VarHandle SHORT =
            MethodHandles.byteBufferViewVarHandle(short[].class, ByteOrder.nativeOrder());

    private RingMemory() { }

    static int loadPlain(ByteBuffer memory, int offset) {
        return memory.getInt(offset);
    }

    /** Pairs with the kernel's {@code smp_store_release} of the same field. */
    static int loadAcquire(ByteBuffer memory, int offset) {
        return (int) INT.getAcquire(memory, offset);
    }

    /** Pairs with the kernel's {@code smp_load_acquire} of the same field. */
    static void storeRelease(ByteBuffer memory, int offset, int value) {
        INT.setRelease(memory, offset, value);
    }

    /** Pairs with the kernel's {@code smp_load_acquire} of the same field. */
    static void storeRelease(ByteBuffer memory, int offset, short value) {
        SHORT.setRelease(memory, offset, value);
    }
}
