/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.nio.ByteBuffer;

/**
 * A kernel that watches no handle, so that each reverts to epoll, and has no buffers to receive into. All else is the
 * real kernel's, as is the refusal itself: just before it is entered, the polls of handles get what it answers EINVAL to.
 *
 * <p>For one ring at a time.
 */
final class RefusingKernel implements Kernel {
    /** The kind of a handle's poll: {@code RequestKind.POLL}. */
    private static final int KIND_POLL = 1;

    private final Kernel real;
    private int headOffset;
    private int maskOffset;
    private ByteBuffer queues;
    private ByteBuffer sqes;

    RefusingKernel(Kernel real) {
        this.real = real;
    }

    @Override
    public int setup(int entries, ByteBuffer params) {
        int result = real.setup(entries, params);
        headOffset = params.getInt(Abi.PARAMS_SQ_HEAD);
        maskOffset = params.getInt(Abi.PARAMS_SQ_MASK);
        return result;
    }

    @Override
    public ByteBuffer map(int ringFd, long offset, long length) throws RingException {
        ByteBuffer memory = real.map(ringFd, offset, length);
        if (offset == Abi.OFF_SQES) {
            sqes = memory;
        } else {
            queues = memory;
        }
        return memory;
    }

    @Override
    public void unmap(ByteBuffer memory) {
        real.unmap(memory);
    }

    @Override
    public int enter(int ringFd, int toSubmit, int minComplete, int flags) {
        refuse(toSubmit);
        return real.enter(ringFd, toSubmit, minComplete, flags);
    }

    @Override
    public int enter(int ringFd, int toSubmit, int minComplete, int flags, long timeoutNanos) {
        refuse(toSubmit);
        return real.enter(ringFd, toSubmit, minComplete, flags, timeoutNanos);
    }

    private void refuse(int toSubmit) {
        int head = RingMemory.loadAcquire(queues, headOffset);
        int mask = RingMemory.loadPlain(queues, maskOffset);
        for (int i = 0; i < toSubmit; i++) {
            int slot = (head + i & mask) * Abi.SQE_BYTES;
            if (sqes.get(slot + Abi.SQE_OPCODE) == Abi.OP_POLL_ADD
                    && UserData.kind(sqes.getLong(slot + Abi.SQE_USER_DATA)) == KIND_POLL) {
                // A poll has no buffer.
                sqes.putShort(slot + Abi.SQE_BUF_INDEX, (short) 1);
            }
        }
    }

    @Override
    public int register(int ringFd, int opcode, ByteBuffer argument, int count) {
        return opcode == Abi.REGISTER_PBUF_RING ? -Errno.EINVAL : real.register(ringFd, opcode, argument, count);
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
        real.close(fd);
    }
}
