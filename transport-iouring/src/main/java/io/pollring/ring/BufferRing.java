/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import io.netty.channel.unix.Buffer;
import io.netty.util.internal.CleanableDirectBuffer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Buffers that the kernel may receive into (Linux 5.19): it takes one when there is something to put into it, so a
 * connection on which nothing happens holds none. All memory is allocated once, and a buffer goes back to the kernel as
 * soon as its bytes are copied.
 *
 * <p>Belongs to the ring's thread.
 */
public final class BufferRing {
    /** The only group there is. */
    static final int GROUP = 0;

    private final int entries;
    private final int bufferBytes;
    private final CleanableDirectBuffer memory;
    private final ByteBuffer ring;
    private final ByteBuffer buffers;
    private final long address;
    private int tail;

    private BufferRing(int entries, int bufferBytes, int pageBytes) {
        this.entries = entries;
        this.bufferBytes = bufferBytes;
        int ringBytes = wholePages(entries * Abi.BUFFER_BYTES, pageBytes);
        memory = Buffer.allocateDirectBufferWithNativeOrder(memoryBytes(entries, bufferBytes, pageBytes));
        // The kernel wants the ring to start with a page. The slice ends with one, too.
        ByteBuffer aligned = memory.buffer().alignedSlice(pageBytes).order(ByteOrder.nativeOrder());
        ring = aligned.duplicate().order(ByteOrder.nativeOrder());
        buffers = aligned.position(ringBytes).slice();
        address = Buffer.memoryAddress(buffers);
    }

    /** How much memory buffers of such a number and size take, where a page has {@code pageBytes}. */
    public static int memoryBytes(int entries, int bufferBytes, int pageBytes) {
        return wholePages(entries * Abi.BUFFER_BYTES, pageBytes) + wholePages(entries * bufferBytes, pageBytes)
                + pageBytes;
    }

    private static int wholePages(int bytes, int pageBytes) {
        return (bytes + pageBytes - 1) / pageBytes * pageBytes;
    }

    /**
     * Gives {@code ring} its buffers.
     *
     * @param entries     how many, a power of two up to 32768
     * @param bufferBytes the size of each
     * @throws RingException    if the kernel refuses; nothing is left behind
     * @throws OutOfMemoryError if there is no direct memory; nothing is left behind either
     */
    public static BufferRing register(Ring ring, int entries, int bufferBytes) throws RingException {
        ByteBuffer registration = ByteBuffer.allocateDirect(Abi.BUFFER_REG_BYTES).order(ByteOrder.nativeOrder());
        BufferRing buffers = new BufferRing(entries, bufferBytes, ring.pageBytes());
        registration.putLong(Abi.BUFFER_REG_ADDRESS, Buffer.memoryAddress(buffers.ring));
        registration.putInt(Abi.BUFFER_REG_ENTRIES, entries);
        registration.putShort(Abi.BUFFER_REG_GROUP, (short) GROUP);
        int result = 0;
        boolean success = false;
        try {
            result = ring.register(Abi.REGISTER_PBUF_RING, registration, 1);
            success = result >= 0;
        } finally {
            if (!success) {
                buffers.release();
            }
        }
        if (result < 0) {
            throw new RingException("io_uring_register(PBUF_RING) of ring fd " + ring.fd(), result);
        }
        for (int id = 0; id < entries; id++) {
            buffers.add(id);
        }
        buffers.publish();
        return buffers;
    }

    /** The number of buffers. */
    public int entries() {
        return entries;
    }

    /** The size of each buffer, in bytes. */
    public int bufferBytes() {
        return bufferBytes;
    }

    /** The number of the buffer that a completion with these flags has filled, or -1. */
    public static int bufferId(int flags) {
        return (flags & Abi.CQE_F_BUFFER) == 0 ? -1 : flags >>> Abi.CQE_BUFFER_SHIFT;
    }

    /** Where a buffer's bytes are. */
    public long address(int id) {
        return address + (long) id * bufferBytes;
    }

    /** {@code length} bytes of a buffer, from {@code offset} on: a view that the next call moves. */
    public ByteBuffer view(int id, int offset, int length) {
        int start = id * bufferBytes + offset;
        buffers.limit(start + length).position(start);
        return buffers;
    }

    /** The buffer is free for the kernel; {@link #publish()} tells it. */
    public void add(int id) {
        int entry = (tail & entries - 1) * Abi.BUFFER_BYTES;
        ring.putLong(entry + Abi.BUFFER_ADDRESS, address(id));
        // The length, the number, and not the field behind it: of the first entry that is the tail.
        ring.putInt(entry + Abi.BUFFER_LENGTH, bufferBytes);
        ring.putShort(entry + Abi.BUFFER_ID, (short) id);
        tail++;
    }

    /** Shows the kernel the buffers that are free. */
    public void publish() {
        // Pairs with the kernel's acquire of the tail: it must see the entries before it sees their count.
        RingMemory.storeRelease(ring, Abi.BUFFER_RING_TAIL, (short) tail);
    }

    /** Frees the memory. To be called when the ring is closed: its kernel side keeps the pages as long as it needs. */
    public void release() {
        memory.clean();
    }
}
