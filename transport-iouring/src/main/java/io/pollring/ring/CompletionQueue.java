/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import io.netty.util.internal.PlatformDependent;

import java.nio.ByteBuffer;

/**
 * Hands completions to a {@link CompletionHandler}. Only the ring's thread may use it, and not after the ring is closed.
 */
public final class CompletionQueue {
    private final ByteBuffer shared;
    private final int headOffset;
    private final int tailOffset;
    private final int overflowOffset;
    private final int cqesOffset;
    private final int mask;
    private final int entries;
    private final CompletionHandler handler;
    private final int lostBefore;

    private int head;

    CompletionQueue(ByteBuffer params, ByteBuffer shared, CompletionHandler handler) {
        this.shared = shared;
        this.handler = handler;
        headOffset = params.getInt(Abi.PARAMS_CQ_HEAD);
        tailOffset = params.getInt(Abi.PARAMS_CQ_TAIL);
        overflowOffset = params.getInt(Abi.PARAMS_CQ_OVERFLOW);
        cqesOffset = params.getInt(Abi.PARAMS_CQ_CQES);
        entries = params.getInt(Abi.PARAMS_CQ_ENTRIES);
        mask = RingMemory.loadPlain(shared, params.getInt(Abi.PARAMS_CQ_MASK));
        head = RingMemory.loadPlain(shared, headOffset);
        lostBefore = RingMemory.loadPlain(shared, overflowOffset);
    }

    /** The number of completions that wait in the queue; the kernel may hold more. */
    public int ready() {
        // Pairs with the kernel's release of the tail: the CQEs up to it are whole.
        return RingMemory.loadAcquire(shared, tailOffset) - head;
    }

    /** The number of slots. */
    public int entries() {
        return entries;
    }

    /**
     * Hands over all completions that are in the queue now, each once, whatever the handler throws: each may be somebody
     * else's. The first that it throws is thrown when all are handed over.
     *
     * @return how many
     */
    int drain() {
        int ready = ready();
        if (ready == 0) {
            return 0;
        }
        ByteBuffer shared = this.shared;
        Throwable thrown = null;
        for (int end = head + ready; head != end;) {
            int cqe = cqesOffset + (head & mask) * Abi.CQE_BYTES;
            head++;
            try {
                handler.completed(shared.getLong(cqe), shared.getInt(cqe + Abi.CQE_RES),
                        shared.getInt(cqe + Abi.CQE_FLAGS));
            } catch (Throwable t) {
                thrown = thrown == null ? t : thrown;
            }
        }
        // Pairs with the kernel's acquire of the head: it may overwrite the slots only after we have read them.
        RingMemory.storeRelease(shared, headOffset, head);
        if (thrown != null) {
            PlatformDependent.throwException(thrown);
        }
        return ready;
    }

    /** The number of completions that the kernel has dropped, for want of memory to keep them. */
    int lost() {
        return RingMemory.loadAcquire(shared, overflowOffset) - lostBefore;
    }
}
