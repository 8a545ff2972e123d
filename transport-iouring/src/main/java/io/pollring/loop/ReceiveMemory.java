/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.buffer.ByteBuf;
import io.netty.channel.unix.Buffer;
import io.netty.util.internal.CleanableDirectBuffer;
import io.netty.util.internal.PlatformDependent;
import io.pollring.ring.BufferRing;
import io.pollring.ring.Ring;
import io.pollring.ring.RingException;

import java.nio.ByteBuffer;

/**
 * The memory that the ring receives into, and what has come and was not taken: all that a loop reads ahead is in here.
 * Its size is fixed, whatever peers send. What does not fit stays in its socket, as the kernel finds no buffer for it.
 *
 * <p>What has come stays in the kernel's buffers while enough of them are free. When they run low it is moved to chunks
 * of a size that suits small messages, so that a great many of those leave the kernel its buffers. Both are numbered:
 * the chunks behind the buffers.
 *
 * <p>Belongs to the loop's thread.
 */
final class ReceiveMemory {
    /** All of it, in bytes. */
    static final int TOTAL_BYTES = 1024 * 1024;
    /** A multiple of what is usually ready in one turn. */
    static final int BUFFERS = 128;
    static final int BUFFER_BYTES = StreamRegistration.PIECE_BYTES;

    private static final int CHUNK_BYTES = 256;
    /** So many buffers are kept free for the next enter if there is any room: of deferred work it does 20 pieces. */
    private static final int FEW_BUFFERS = 40;
    /** Moving these makes most room for what they take. */
    private static final int SMALL_BYTES = 4 * CHUNK_BYTES;
    private static final short NONE = StreamRegistration.NO_BUFFER;

    private final WorkQueues queues;
    /** With fewer chunks than this memory is short, until there are more than that again. */
    private final int fewChunks;
    private final int enoughChunks;
    private final short[] next;
    private final short[] starts;
    private final short[] ends;
    /** Whose bytes are in each of the kernel's buffers. */
    private final StreamRegistration[] owners = new StreamRegistration[BUFFERS];
    /** What is copied without Unsafe, as from Java 25 on, or to a heap buffer goes this way. */
    private final byte[] scratch = new byte[BUFFER_BYTES];
    private final CleanableDirectBuffer chunkMemory;
    private final ByteBuffer chunks;
    private final long chunkAddress;
    private final BufferRing buffers;
    private int freeBuffers = BUFFERS;
    private int freeChunks;
    private short firstFreeChunk = BUFFERS;
    private boolean published = true;
    private boolean isShort;

    /**
     * @throws RingException if the kernel refuses
     * @throws OutOfMemoryError if there is no memory. In either case nothing is left behind
     */
    ReceiveMemory(Ring ring, WorkQueues queues, LoopMemory memory) throws RingException {
        this.queues = queues;
        // The larger the pages, the more of the memory goes to the ring of the kernel's buffers.
        int count = (TOTAL_BYTES - BufferRing.memoryBytes(BUFFERS, BUFFER_BYTES, ring.pageBytes())) / CHUNK_BYTES;
        fewChunks = count / 2;
        enoughChunks = count * 3 / 4;
        freeChunks = count;
        next = new short[BUFFERS + count];
        starts = new short[BUFFERS + count];
        ends = new short[BUFFERS + count];
        for (int id = BUFFERS; id < next.length; id++) {
            next[id] = (short) (id + 1);
        }
        chunkMemory = Buffer.allocateDirectBufferWithNativeOrder(count * CHUNK_BYTES);
        boolean success = false;
        try {
            chunks = chunkMemory.buffer();
            chunkAddress = Buffer.memoryAddress(chunks);
            buffers = memory.bufferRing(ring, BUFFERS, BUFFER_BYTES);
            success = true;
        } finally {
            if (!success) {
                chunkMemory.clean();
            }
        }
    }

    /** To be called when the ring is closed. */
    void release() {
        buffers.release();
        chunkMemory.clean();
    }

    /** Whether nothing is to be received that nobody asks for: what is left is for those who ask. */
    boolean isShort() {
        return isShort;
    }

    /** The kernel has filled a buffer for {@code registration}. */
    void append(StreamRegistration registration, int buffer, int bytes) {
        freeBuffers--;
        owners[buffer] = registration;
        starts[buffer] = 0;
        ends[buffer] = (short) bytes;
        link(registration, buffer);
        registration.received += bytes;
        if (freeBuffers < FEW_BUFFERS) {
            makeRoom();
        }
    }

    /** The kernel has filled a buffer for nobody. */
    void drop(int buffer) {
        buffers.add(buffer);
        published = false;
    }

    /** Shows the kernel what buffers it can have: to be called before it is entered. */
    void publish() {
        if (!published) {
            published = true;
            buffers.publish();
        }
    }

    /** Takes up to {@code length} bytes of what {@code registration} has received. */
    int take(StreamRegistration registration, ByteBuf target, int index, int length) {
        int taken = 0;
        while (taken < length && registration.lastBuffer != NONE) {
            int first = next[registration.lastBuffer];
            int bytes = Math.min(size(first), length - taken);
            copy(first, target, index + taken, bytes);
            taken += bytes;
            skip(registration, first, bytes);
        }
        return taken;
    }

    /** What {@code registration} has received first: a view that the next call moves. */
    ByteBuffer first(StreamRegistration registration) {
        int first = next[registration.lastBuffer];
        return view(first, starts[first], size(first));
    }

    /** {@link #first} is not needed any more. */
    void dropFirst(StreamRegistration registration) {
        int first = next[registration.lastBuffer];
        skip(registration, first, size(first));
    }

    private void skip(StreamRegistration registration, int first, int bytes) {
        registration.received -= bytes;
        starts[first] += bytes;
        if (starts[first] == ends[first]) {
            short last = registration.lastBuffer;
            if (first == last) {
                registration.lastBuffer = NONE;
            } else {
                next[last] = next[first];
            }
            free(first);
        }
    }

    private int size(int id) {
        return ends[id] - starts[id];
    }

    private ByteBuffer view(int id, int start, int bytes) {
        if (id < BUFFERS) {
            return buffers.view(id, start, bytes);
        }
        int from = (id - BUFFERS) * CHUNK_BYTES + start;
        chunks.limit(from + bytes).position(from);
        return chunks;
    }

    private void copy(int id, ByteBuf target, int index, int bytes) {
        if (target.hasMemoryAddress() && PlatformDependent.hasUnsafe()) {
            long address = id < BUFFERS ? buffers.address(id) : chunkAddress + (long) (id - BUFFERS) * CHUNK_BYTES;
            PlatformDependent.copyMemory(address + starts[id], target.memoryAddress() + index, bytes);
        } else {
            // From a ByteBuffer Netty would copy to a view of the target that it makes for each target.
            view(id, starts[id], bytes).get(scratch, 0, bytes);
            target.setBytes(index, scratch, 0, bytes);
        }
    }

    private void link(StreamRegistration registration, int id) {
        short last = registration.lastBuffer;
        if (last == NONE) {
            next[id] = (short) id;
        } else {
            next[id] = next[last];
            next[last] = (short) id;
        }
        registration.lastBuffer = (short) id;
    }

    private void free(int id) {
        if (id < BUFFERS) {
            owners[id] = null;
            freeBuffers++;
            drop(id);
        } else {
            next[id] = firstFreeChunk;
            firstFreeChunk = (short) id;
            freeChunks++;
            isShort &= freeChunks <= enoughChunks;
        }
    }

    /** At once, and not before the next turn: the loop may enter the kernel again and again before it delivers. */
    private void makeRoom() {
        move(SMALL_BYTES);
        if (freeBuffers < FEW_BUFFERS) {
            move(BUFFER_BYTES);
        }
        if (!isShort && freeChunks < fewChunks) {
            isShort = true;
            queues.receptionChanged();
        }
        if (!isShort) {
            publish();
        }
    }

    /** Moves what is no larger than {@code maxBytes} out of the kernel's buffers, as far as there are chunks. */
    private void move(int maxBytes) {
        for (int buffer = 0; buffer < BUFFERS; buffer++) {
            if (owners[buffer] != null && isMovable(buffer, maxBytes)) {
                move(owners[buffer], maxBytes);
            }
        }
    }

    private boolean isMovable(int id, int maxBytes) {
        return id < BUFFERS && size(id) <= maxBytes && size(id) <= freeChunks * CHUNK_BYTES;
    }

    private void move(StreamRegistration owner, int maxBytes) {
        int last = owner.lastBuffer;
        int id = next[last];
        owner.lastBuffer = NONE;
        boolean more;
        do {
            int following = next[id];
            more = id != last;
            if (isMovable(id, maxBytes)) {
                moveToChunks(owner, id);
            } else {
                link(owner, id);
            }
            id = following;
        } while (more);
    }

    private void moveToChunks(StreamRegistration owner, int buffer) {
        while (size(buffer) > 0) {
            int chunk = chunkWithRoom(owner);
            int bytes = Math.min(CHUNK_BYTES - ends[chunk], size(buffer));
            ByteBuffer source = buffers.view(buffer, starts[buffer], bytes);
            view(chunk, ends[chunk], bytes).put(source);
            starts[buffer] += bytes;
            ends[chunk] += bytes;
        }
        free(buffer);
    }

    private int chunkWithRoom(StreamRegistration owner) {
        int last = owner.lastBuffer;
        if (last >= BUFFERS && ends[last] < CHUNK_BYTES) {
            return last;
        }
        int chunk = firstFreeChunk;
        firstFreeChunk = next[chunk];
        freeChunks--;
        starts[chunk] = 0;
        ends[chunk] = 0;
        link(owner, chunk);
        return chunk;
    }
}
