/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A kernel in ordinary memory, so that a benchmark measures our own code and no system call. It has one ring, carries
 * requests out when it is entered, answers as the real one does where all goes well, and allocates nothing after
 * set-up. All but the ring is the real kernel's.
 *
 * <p>In this package because it needs the {@link Abi}. Used by one thread.
 */
public final class MemoryKernel implements Kernel {
    /** The ring is no file, so its number is one that no file has. */
    private static final int RING_FD = Integer.MAX_VALUE;

    // Each field that is written in the steady state has a cache line of its own, as with the real kernel.
    private static final int SQ_HEAD = 0;
    private static final int SQ_TAIL = 64;
    private static final int CQ_HEAD = 128;
    private static final int CQ_TAIL = 192;
    private static final int SQ_MASK = 256;
    private static final int SQ_FLAGS = 260;
    private static final int SQ_DROPPED = 264;
    private static final int CQ_MASK = 268;
    private static final int CQ_OVERFLOW = 272;
    private static final int CQES = 320;

    private final Kernel real = Native.kernel();
    private final MemoryPolls polls = new MemoryPolls();
    private int sqEntries;
    private int cqEntries;
    private ByteBuffer queues;
    private ByteBuffer sqes;
    private boolean discarding;

    /** From now on requests are consumed unread: writing them is then all that costs. */
    public void discard() {
        discarding = true;
    }

    /** Posts the last {@code count} completions once more. */
    public void repeatCompletions(int count) {
        moveCqTail(count);
    }

    /** {@code events} happen to a file, and are ready from now on. */
    public void happens(int fd, int events) {
        MemoryPolls.Poll poll = polls.of(fd);
        poll.ready |= events;
        tellReady(poll);
    }

    @Override
    public int setup(int entries, ByteBuffer params) {
        if (queues != null) {
            return -Errno.EBUSY;
        }
        sqEntries = entries;
        cqEntries = params.getInt(Abi.PARAMS_CQ_ENTRIES);
        params.putInt(Abi.PARAMS_SQ_ENTRIES, sqEntries);
        params.putInt(Abi.PARAMS_FEATURES,
                Abi.FEAT_NODROP | Abi.FEAT_EXT_ARG | Abi.FEAT_CQE_SKIP | Abi.FEAT_NO_IOWAIT);
        params.putInt(Abi.PARAMS_SQ_HEAD, SQ_HEAD);
        params.putInt(Abi.PARAMS_SQ_TAIL, SQ_TAIL);
        params.putInt(Abi.PARAMS_SQ_MASK, SQ_MASK);
        params.putInt(Abi.PARAMS_SQ_FLAGS, SQ_FLAGS);
        params.putInt(Abi.PARAMS_SQ_DROPPED, SQ_DROPPED);
        params.putInt(Abi.PARAMS_SQ_ARRAY, CQES + cqEntries * Abi.CQE_BYTES);
        params.putInt(Abi.PARAMS_CQ_HEAD, CQ_HEAD);
        params.putInt(Abi.PARAMS_CQ_TAIL, CQ_TAIL);
        params.putInt(Abi.PARAMS_CQ_MASK, CQ_MASK);
        params.putInt(Abi.PARAMS_CQ_OVERFLOW, CQ_OVERFLOW);
        params.putInt(Abi.PARAMS_CQ_CQES, CQES);
        return RING_FD;
    }

    @Override
    public ByteBuffer map(int ringFd, long offset, long length) {
        ByteBuffer memory = ByteBuffer.allocateDirect((int) length).order(ByteOrder.nativeOrder());
        if (offset == Abi.OFF_SQES) {
            sqes = memory;
        } else {
            queues = memory;
            memory.putInt(SQ_MASK, sqEntries - 1);
            memory.putInt(CQ_MASK, cqEntries - 1);
        }
        return memory;
    }

    @Override
    public void unmap(ByteBuffer memory) {
        // The collector's.
    }

    @Override
    public int enter(int ringFd, int toSubmit, int minComplete, int flags) {
        int head = queues.getInt(SQ_HEAD);
        if (!discarding) {
            for (int i = 0; i < toSubmit; i++) {
                carryOut((head + i & sqEntries - 1) * Abi.SQE_BYTES);
            }
        }
        RingMemory.storeRelease(queues, SQ_HEAD, head + toSubmit);
        if (minComplete > 0 && queues.getInt(CQ_TAIL) == queues.getInt(CQ_HEAD)) {
            throw new IllegalStateException("a wait that nothing would end");
        }
        return toSubmit;
    }

    @Override
    public int enter(int ringFd, int toSubmit, int minComplete, int flags, long timeoutNanos) {
        return enter(ringFd, toSubmit, 0, flags);
    }

    private void carryOut(int sqe) {
        long userData = sqes.getLong(sqe + Abi.SQE_USER_DATA);
        int opcode = sqes.get(sqe + Abi.SQE_OPCODE);
        switch (opcode) {
            case Abi.OP_NOP:
                complete(userData, 0, 0);
                break;
            case Abi.OP_POLL_ADD:
                tellReady(polls.add(sqes.getInt(sqe + Abi.SQE_FD), sqes.getInt(sqe + Abi.SQE_POLL_EVENTS),
                        (sqes.getInt(sqe + Abi.SQE_LEN) & Abi.POLL_ADD_MULTI) != 0, userData));
                break;
            case Abi.OP_POLL_REMOVE:
                update(sqe, polls.find(sqes.getLong(sqe + Abi.SQE_ADDR)));
                break;
            case Abi.OP_ASYNC_CANCEL:
                cancel(sqe, polls.find(sqes.getLong(sqe + Abi.SQE_ADDR)));
                break;
            case Abi.OP_RECV:
                // A ring tries what it is told of one. There are no sockets here.
                complete(userData, -Errno.ENOTSOCK, 0);
                break;
            default:
                throw new IllegalStateException("no benchmark has needed opcode " + opcode);
        }
    }

    /** The file is looked at anew. */
    private void update(int sqe, MemoryPolls.Poll poll) {
        answer(sqe, poll != null);
        if (poll != null) {
            poll.events = sqes.getInt(sqe + Abi.SQE_POLL_EVENTS);
            tellReady(poll);
        }
    }

    private void cancel(int sqe, MemoryPolls.Poll poll) {
        answer(sqe, poll != null);
        if (poll != null) {
            poll.armed = false;
            complete(poll.userData, -Errno.ECANCELED, 0);
        }
    }

    private void answer(int sqe, boolean success) {
        if (!success || (sqes.get(sqe + Abi.SQE_FLAGS) & Abi.IOSQE_CQE_SKIP_SUCCESS) == 0) {
            complete(sqes.getLong(sqe + Abi.SQE_USER_DATA), success ? 0 : -Errno.ENOENT, 0);
        }
    }

    private void tellReady(MemoryPolls.Poll poll) {
        int events = poll.ready & poll.events;
        if (poll.armed && events != 0) {
            poll.armed = poll.multishot;
            complete(poll.userData, events, poll.multishot ? Abi.CQE_F_MORE : 0);
        }
    }

    private void complete(long userData, int result, int flags) {
        int tail = queues.getInt(CQ_TAIL);
        int cqe = CQES + (tail & cqEntries - 1) * Abi.CQE_BYTES;
        queues.putLong(cqe, userData);
        queues.putInt(cqe + Abi.CQE_RES, result);
        queues.putInt(cqe + Abi.CQE_FLAGS, flags);
        moveCqTail(1);
    }

    private void moveCqTail(int count) {
        int tail = queues.getInt(CQ_TAIL) + count;
        if (tail - queues.getInt(CQ_HEAD) > cqEntries) {
            throw new IllegalStateException("more completions than the " + cqEntries + " that have room");
        }
        RingMemory.storeRelease(queues, CQ_TAIL, tail);
    }

    @Override
    public int register(int ringFd, int opcode, ByteBuffer argument, int count) {
        return 0;
    }

    @Override
    public int epollCreate() {
        return real.epollCreate();
    }

    @Override
    public int epollAdd(int epollFd, int fd, int mask) {
        return real.epollAdd(epollFd, fd, mask);
    }

    @Override
    public int epollModify(int epollFd, int fd, int mask) {
        return real.epollModify(epollFd, fd, mask);
    }

    @Override
    public int epollRemove(int epollFd, int fd) {
        return real.epollRemove(epollFd, fd);
    }

    @Override
    public int epollWait(int epollFd, ByteBuffer events, int maxEvents, int timeoutMillis) {
        return real.epollWait(epollFd, events, maxEvents, timeoutMillis);
    }

    @Override
    public int pageBytes() {
        return real.pageBytes();
    }

    @Override
    public void close(int fd) {
        if (fd != RING_FD) {
            real.close(fd);
        }
    }
}
