/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.nio.ByteBuffer;

/**
 * Writes requests for the kernel into the slots of the submission queue. They are in the kernel's hands once
 * {@link Ring} has entered it; a full queue enters first to make room.
 *
 * <p>Only the ring's thread may use it, and not after the ring is closed.
 */
public final class SubmissionQueue {
    // With MSG_WAITALL a send that was cut short counts as failed, so that no success is anything but complete.
    private static final int SEND_FLAGS = Abi.MSG_DONTWAIT | Abi.MSG_WAITALL | Abi.MSG_NOSIGNAL;
    private static final int IOPRIO_SHIFT = 16;
    private static final int OPTLEN_SHIFT = Byte.SIZE * (Abi.SQE_OPTLEN - Abi.SQE_BUF_INDEX);

    private final Ring ring;
    private final ByteBuffer shared;
    private final ByteBuffer sqes;
    private final int headOffset;
    private final int tailOffset;
    private final int flagsOffset;
    private final int mask;
    private final int entries;
    private final int skipSuccess;

    // Ours alone: the kernel sees it when publish() stores it.
    private int tail;

    SubmissionQueue(Ring ring, ByteBuffer params, ByteBuffer shared, ByteBuffer sqes, boolean cqeSkip) {
        this.ring = ring;
        this.shared = shared;
        this.sqes = sqes;
        headOffset = params.getInt(Abi.PARAMS_SQ_HEAD);
        tailOffset = params.getInt(Abi.PARAMS_SQ_TAIL);
        flagsOffset = params.getInt(Abi.PARAMS_SQ_FLAGS);
        entries = params.getInt(Abi.PARAMS_SQ_ENTRIES);
        mask = RingMemory.loadPlain(shared, params.getInt(Abi.PARAMS_SQ_MASK));
        skipSuccess = cqeSkip ? Abi.IOSQE_CQE_SKIP_SUCCESS : 0;
        tail = RingMemory.loadPlain(shared, tailOffset);
        // Slot i of the ring always names SQE i: the indirection exists for applications that reorder.
        int array = params.getInt(Abi.PARAMS_SQ_ARRAY);
        for (int i = 0; i < entries; i++) {
            shared.putInt(array + i * Integer.BYTES, i);
        }
    }

    /**
     * Asks for the events of a file. The completion has the events that are ready, and the kernel adds
     * {@code POLLERR}, {@code POLLHUP} and {@code POLLRDHUP} by itself.
     *
     * @param multishot whether the poll goes on after an event, edge-triggered
     */
    public void pollAdd(int fd, int events, boolean multishot, long userData) {
        write(Abi.OP_POLL_ADD, 0, fd, 0, 0, multishot ? Abi.POLL_ADD_MULTI : 0, events, userData);
    }

    /**
     * Changes the events of the armed poll that has the user data {@code target}; the kernel then looks at the file
     * anew and completes the poll if it is ready. Answers only if it fails, given {@link RingFeature#CQE_SKIP}.
     */
    public void pollUpdate(long target, int events, long userData) {
        write(Abi.OP_POLL_REMOVE, skipSuccess, -1, 0, target, Abi.POLL_UPDATE_EVENTS, events, userData);
    }

    /**
     * Cancels the request that has the user data {@code target}. Not POLL_REMOVE: for a multishot poll with an event
     * pending that answers EALREADY and leaves the poll armed.
     */
    public void cancel(long target, long userData) {
        write(Abi.OP_ASYNC_CANCEL, skipSuccess, -1, 0, target, 0, 0, userData);
    }

    /**
     * Sends bytes without waiting for room: all that the socket takes at once. Given {@link RingFeature#STREAM_IO} it
     * answers only if that is less than {@code length}; with how much, or with the error.
     *
     * @param address where the bytes are; they must stay there until the kernel has consumed the request
     */
    public void send(int fd, long address, int length, long userData) {
        write(Abi.OP_SEND, skipSuccess, fd, 0, address, length, SEND_FLAGS, userData);
    }

    /**
     * As {@link #send(int, long, int, long)}, with many pieces in one message.
     *
     * @param header the address of a {@code struct msghdr}; what it names must stay as long as the bytes
     */
    public void sendMessage(int fd, long header, long userData) {
        write(Abi.OP_SENDMSG, skipSuccess, fd, 0, header, 1, SEND_FLAGS, userData);
    }

    /**
     * Receives from now on, each time there is something, into a buffer of the ring's {@link BufferRing}. Completes for
     * every buffer, and for the last time with 0 at the stream's end, or with an error.
     *
     * @param limit with the buffer that brings so many bytes it is over ({@link RingFeature#RECEIVE_LIMIT}); 0 for none
     */
    public void receive(int fd, int limit, long userData) {
        receive(fd, Abi.RECV_MULTISHOT, limit, userData);
    }

    /**
     * Receives once, when there is something, into a buffer of the ring's {@link BufferRing}. The kernel does not look
     * for it before it waits for it: who arms this has read what was there.
     */
    public void receiveOnce(int fd, long userData) {
        receive(fd, Abi.RECVSEND_POLL_FIRST, 0, userData);
    }

    private void receive(int fd, int how, int limit, long userData) {
        write(Abi.OP_RECV, Abi.IOSQE_BUFFER_SELECT, fd, (long) how << IOPRIO_SHIFT, 0, 0, 0, 0, userData,
                BufferRing.GROUP | (long) limit << OPTLEN_SHIFT);
    }

    /** A request that only completes. */
    public void nop(long userData) {
        write(Abi.OP_NOP, 0, -1, 0, 0, 0, 0, userData);
    }

    /** The number of SQEs that the kernel has not consumed, by its own head: a failed enter can never make it wrong. */
    public int pending() {
        return tail - RingMemory.loadAcquire(shared, headOffset);
    }

    /** Where in the queue the next SQE comes. */
    public int position() {
        return tail;
    }

    /** Where in the queue the first SQE is that the kernel has not consumed: {@link #position()} if there is none. */
    public int firstPending() {
        return RingMemory.loadAcquire(shared, headOffset);
    }

    /** What the request that was written at {@code position} is marked with, if the kernel has not consumed it. */
    public long userData(int position) {
        return sqes.getLong((position & mask) * Abi.SQE_BYTES + Abi.SQE_USER_DATA);
    }

    /** Whether the kernel has consumed the SQE that was written at {@code position}. */
    public boolean isConsumed(int position) {
        return RingMemory.loadAcquire(shared, headOffset) - position > 0;
    }

    /**
     * Has nothing done for the request that was written at {@code position} and that the kernel has not consumed: it
     * reads requests only when it is entered. Answers only if it fails, given {@link RingFeature#CQE_SKIP}.
     */
    public void revoke(int position) {
        int slot = (position & mask) * Abi.SQE_BYTES;
        fill(slot, Abi.OP_NOP, skipSuccess, -1, 0, 0, 0, 0, 0, userData(position), 0);
    }

    /** The number of slots. */
    public int entries() {
        return entries;
    }

    /** Enters the kernel if fewer than {@code slots} slots are free. Completions are collected on the way. */
    public void reserve(int slots) {
        if (entries - pending() < slots) {
            ring.makeRoom(slots);
        }
    }

    /** Whether completions wait inside the kernel because the completion queue was full. */
    boolean isOverflowing() {
        return (RingMemory.loadAcquire(shared, flagsOffset) & Abi.SQ_CQ_OVERFLOW) != 0;
    }

    /** Whether an enter would make completions; meaningful only if the ring was set up with the flag for it. */
    boolean hasTaskWork() {
        return (RingMemory.loadAcquire(shared, flagsOffset) & (Abi.SQ_TASKRUN | Abi.SQ_CQ_OVERFLOW)) != 0;
    }

    /** Shows the kernel what was written. */
    void publish() {
        // Pairs with the kernel's acquire of the tail: it must see the SQEs before it sees their count.
        RingMemory.storeRelease(shared, tailOffset, tail);
    }

    private void write(int opcode, int flags, int fd, long off, long addr, int len, int events, long userData) {
        write(opcode, flags, fd, 0, off, addr, len, events, userData, 0);
    }

    private void write(int opcode, int flags, int fd, long ioprio, long off, long addr, int len, int events,
                       long userData, long bufIndex) {
        reserve(1);
        fill((tail & mask) * Abi.SQE_BYTES, opcode, flags, fd, ioprio, off, addr, len, events, userData, bufIndex);
        tail++;
    }

    private void fill(int slot, int opcode, int flags, int fd, long ioprio, long off, long addr, int len, int events,
                      long userData, long bufIndex) {
        ByteBuffer sqes = this.sqes;
        // Eight whole words, so that nothing of the slot's last request is left. Little-endian: see Native.
        sqes.putLong(slot, opcode | flags << 8 | ioprio | (long) fd << 32);
        sqes.putLong(slot + Abi.SQE_OFF, off);
        sqes.putLong(slot + Abi.SQE_ADDR, addr);
        sqes.putLong(slot + Abi.SQE_LEN, len | (long) events << 32);
        sqes.putLong(slot + Abi.SQE_USER_DATA, userData);
        sqes.putLong(slot + Abi.SQE_BUF_INDEX, bufIndex);
        sqes.putLong(slot + 48, 0);
        sqes.putLong(slot + 56, 0);
    }
}
