/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;

/** Memory that handles send from and receive into; all schedules share it, as it is what costs most. */
final class FuzzMemory {
    private static final FuzzMemory SHARED = new FuzzMemory();

    private final Queue<ByteBuffer> free = new ArrayDeque<>();
    private final ByteBuf target = Unpooled.directBuffer(FuzzBytes.MAX_LENGTH + 1);

    private FuzzMemory() { }

    /** Of the one thread at a time that runs schedules. */
    static FuzzMemory shared() {
        return SHARED;
    }

    ByteBuffer take() {
        return free.isEmpty() ? ByteBuffer.allocateDirect(FuzzBytes.MAX_LENGTH) : free.remove();
    }

    /** Nobody may read the first bytes any more: they are spoiled. */
    void giveBack(ByteBuffer memory) {
        for (int i = 0; i < 2 * Long.BYTES; i += Long.BYTES) {
            memory.putLong(i, 0xA5A5A5A5A5A5A5A5L);
        }
        free.add(memory);
    }

    ByteBuf target() {
        return target;
    }
}
