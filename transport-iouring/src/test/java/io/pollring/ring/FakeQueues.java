/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;

/** The memory that a {@link FakeRing} shares with a {@link Ring}, seen from the kernel's side. */
final class FakeQueues {
    private static final int SQ_HEAD = 0;
    private static final int SQ_TAIL = 4;
    private static final int SQ_MASK = 8;
    private static final int SQ_FLAGS = 12;
    private static final int SQ_DROPPED = 16;
    private static final int CQ_HEAD = 64;
    private static final int CQ_TAIL = 68;
    private static final int CQ_MASK = 72;
    private static final int CQ_OVERFLOW = 76;
    private static final int SQ_ARRAY = 128;

    private final FakeKernel kernel;
    private final int sqEntries;
    private final int cqEntries;
    private final int cqes;
    private final ByteBuffer queues;
    private final ByteBuffer sqes;
    private final Deque<long[]> overflow = new ArrayDeque<>();
    private boolean lossUntold;

    FakeQueues(FakeKernel kernel, int sqEntries, int cqEntries) {
        this.kernel = kernel;
        this.sqEntries = sqEntries;
        this.cqEntries = cqEntries;
        cqes = SQ_ARRAY + (sqEntries * Integer.BYTES + 15 & ~15);
        queues = ByteBuffer.allocateDirect(cqes + cqEntries * Abi.CQE_BYTES).order(ByteOrder.nativeOrder());
        sqes = ByteBuffer.allocateDirect(sqEntries * Abi.SQE_BYTES).order(ByteOrder.nativeOrder());
        queues.putInt(SQ_MASK, sqEntries - 1);
        queues.putInt(CQ_MASK, cqEntries - 1);
        // Counters close to their wrap-around: a queue that compares them as numbers is found out.
        int start = -3 * sqEntries;
        for (int offset : new int[] {SQ_HEAD, SQ_TAIL, CQ_HEAD, CQ_TAIL}) {
            queues.putInt(offset, start);
        }
    }

    void describe(ByteBuffer params) {
        params.putInt(Abi.PARAMS_SQ_ENTRIES, sqEntries);
        params.putInt(Abi.PARAMS_CQ_ENTRIES, cqEntries);
        params.putInt(Abi.PARAMS_SQ_HEAD, SQ_HEAD);
        params.putInt(Abi.PARAMS_SQ_TAIL, SQ_TAIL);
        params.putInt(Abi.PARAMS_SQ_MASK, SQ_MASK);
        params.putInt(Abi.PARAMS_SQ_FLAGS, SQ_FLAGS);
        params.putInt(Abi.PARAMS_SQ_DROPPED, SQ_DROPPED);
        params.putInt(Abi.PARAMS_SQ_ARRAY, SQ_ARRAY);
        params.putInt(Abi.PARAMS_CQ_HEAD, CQ_HEAD);
        params.putInt(Abi.PARAMS_CQ_TAIL, CQ_TAIL);
        params.putInt(Abi.PARAMS_CQ_MASK, CQ_MASK);
        params.putInt(Abi.PARAMS_CQ_OVERFLOW, CQ_OVERFLOW);
        params.putInt(Abi.PARAMS_CQ_CQES, cqes);
    }

    /** A mapping of the part at {@code offset}; both queues are in one. */
    ByteBuffer map(long offset, long length) {
        ByteBuffer whole = offset == Abi.OFF_SQES ? sqes : queues;
        if (length <= 0 || length > whole.capacity()) {
            throw new AssertionError("mmap of " + length + " bytes at " + offset + " of " + whole.capacity());
        }
        return whole.duplicate().order(ByteOrder.nativeOrder());
    }

    int submissions() {
        int count = RingMemory.loadAcquire(queues, SQ_TAIL) - queues.getInt(SQ_HEAD);
        if (count < 0 || count > sqEntries) {
            throw new AssertionError(count + " SQEs in a queue of " + sqEntries);
        }
        return count;
    }

    /** The SQE that is {@code index} places behind the queue's head. */
    FakeSqe submission(int index) {
        int slot = queues.getInt(SQ_ARRAY + (queues.getInt(SQ_HEAD) + index & sqEntries - 1) * Integer.BYTES);
        if (slot < 0 || slot >= sqEntries) {
            throw new AssertionError("SQE " + slot + " of " + sqEntries);
        }
        return new FakeSqe(sqes, slot * Abi.SQE_BYTES);
    }

    /** Gives the slot at the queue's head back. What is in it is overwritten: nobody may rely on it any more. */
    void consume() {
        int head = queues.getInt(SQ_HEAD);
        int slot = queues.getInt(SQ_ARRAY + (head & sqEntries - 1) * Integer.BYTES) * Abi.SQE_BYTES;
        for (int i = 0; i < Abi.SQE_BYTES; i += Long.BYTES) {
            sqes.putLong(slot + i, 0x5A5A5A5A5A5A5A5AL);
        }
        RingMemory.storeRelease(queues, SQ_HEAD, head + 1);
    }

    int completions() {
        int count = queues.getInt(CQ_TAIL) - RingMemory.loadAcquire(queues, CQ_HEAD);
        if (count < 0 || count > cqEntries) {
            throw new AssertionError(count + " CQEs in a queue of " + cqEntries);
        }
        return count;
    }

    /** Whether a completion can be posted in order. */
    boolean hasRoom() {
        return overflow.isEmpty() && completions() < cqEntries;
    }

    void post(long userData, int result, int flags) {
        if (hasRoom()) {
            write(userData, result, flags);
        } else if (kernel.faults().keeps(userData, result)) {
            overflow.add(new long[] {userData, result, flags});
            flag(Abi.SQ_CQ_OVERFLOW, true);
        } else {
            queues.putInt(CQ_OVERFLOW, queues.getInt(CQ_OVERFLOW) + 1);
            lossUntold = kernel.faults().tellsLoss();
        }
    }

    private void write(long userData, int result, int flags) {
        int tail = queues.getInt(CQ_TAIL);
        int cqe = cqes + (tail & cqEntries - 1) * Abi.CQE_BYTES;
        queues.putLong(cqe, userData);
        queues.putInt(cqe + Abi.CQE_RES, result);
        queues.putInt(cqe + Abi.CQE_FLAGS, flags);
        RingMemory.storeRelease(queues, CQ_TAIL, tail + 1);
    }

    /** Moves completions that were kept back into the queue, as far as there is room. */
    void flushOverflow() {
        while (!overflow.isEmpty() && completions() < cqEntries) {
            long[] cqe = overflow.remove();
            write(cqe[0], (int) cqe[1], (int) cqe[2]);
        }
        flag(Abi.SQ_CQ_OVERFLOW, !overflow.isEmpty());
    }

    boolean isLossUntold() {
        return lossUntold;
    }

    /** Whether completions were lost and nobody was told; asks once. */
    boolean takeLoss() {
        boolean taken = lossUntold;
        lossUntold = false;
        return taken;
    }

    boolean isOverflowing() {
        return !overflow.isEmpty();
    }

    void flag(int bit, boolean set) {
        int flags = queues.getInt(SQ_FLAGS);
        RingMemory.storeRelease(queues, SQ_FLAGS, set ? flags | bit : flags & ~bit);
    }

    /** How many last completions of {@code userData} the application has not collected yet. */
    int uncollectedEnds(long userData) {
        int count = 0;
        int head = RingMemory.loadAcquire(queues, CQ_HEAD);
        for (int i = 0; i < completions(); i++) {
            int cqe = cqes + (head + i & cqEntries - 1) * Abi.CQE_BYTES;
            if (queues.getLong(cqe) == userData && (queues.getInt(cqe + Abi.CQE_FLAGS) & Abi.CQE_F_MORE) == 0) {
                count++;
            }
        }
        for (long[] cqe : overflow) {
            if (cqe[0] == userData && (cqe[2] & Abi.CQE_F_MORE) == 0) {
                count++;
            }
        }
        return count;
    }
}
