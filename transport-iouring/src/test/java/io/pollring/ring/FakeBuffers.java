/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.nio.ByteBuffer;

/**
 * A buffer ring from the kernel's side. It objects if a buffer is published that it has already, and spoils what is
 * published, so that whoever reads there too late is found out.
 */
final class FakeBuffers {
    private static final int SPOILED_BYTES = 16;

    private final long ring;
    private final boolean[] published;
    private final boolean[] used;
    private int publishedCount;
    private short head;
    private short tail;

    FakeBuffers(ByteBuffer registration) {
        ring = registration.getLong(Abi.BUFFER_REG_ADDRESS);
        published = new boolean[registration.getInt(Abi.BUFFER_REG_ENTRIES)];
        used = new boolean[published.length];
    }

    /**
     * @param limit how many buffers the application may have at most, for a test of what happens when there are few
     * @return the number of the buffer that is next, or -1 if there is none
     */
    int peek(int limit) {
        look();
        return publishedCount == 0 || taken() >= limit ? -1 : id(head);
    }

    /** The next buffer is the application's now. */
    void take() {
        published[id(head)] = false;
        used[id(head)] = true;
        publishedCount--;
        head++;
    }

    long address() {
        return FakeMemory.getLong(entry(head) + Abi.BUFFER_ADDRESS);
    }

    int length() {
        return FakeMemory.getInt(entry(head) + Abi.BUFFER_LENGTH);
    }

    /** How many buffers the application has. */
    int taken() {
        look();
        return published.length - publishedCount;
    }

    private void look() {
        for (short now = (short) FakeMemory.getShort(ring + Abi.BUFFER_RING_TAIL); tail != now; tail++) {
            int id = id(tail);
            if (id >= published.length || published[id]) {
                throw new AssertionError("buffer " + id + " is published, but the kernel has it or there is none");
            }
            published[id] = true;
            publishedCount++;
            for (int i = 0; used[id] && i < SPOILED_BYTES; i++) {
                FakeMemory.put(FakeMemory.getLong(entry(tail) + Abi.BUFFER_ADDRESS) + i, (byte) 0x5A);
            }
        }
    }

    private long entry(short position) {
        return ring + (long) (position & published.length - 1) * Abi.BUFFER_BYTES;
    }

    private int id(short position) {
        return FakeMemory.getShort(entry(position) + Abi.BUFFER_ID);
    }
}
