/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import io.netty.channel.unix.Buffer;

import java.nio.ByteBuffer;

/**
 * A connected stream socket of a {@link FakeKernel}, and its peer. What either side sends is a function of the place in
 * the stream, so that only numbers are kept, and any byte that is lost, repeated or read too late is found out.
 *
 * <p>As measured: data that waits is received before the error of a reset, which is told once; then the stream is at
 * its end. The peer's half-close leaves the other direction open.
 */
public final class FakeStream extends FakeFile {
    public static final int EPIPE = 32;
    public static final int ECONNRESET = 104;

    private final int seed;
    private long arrived;
    private long taken;
    private long accepted;
    private int room;
    private int error;
    private boolean finished;
    private boolean reset;
    private boolean endIsHinted = true;

    FakeStream(int seed, int room) {
        super(true);
        this.seed = seed;
        makeRoom(room);
    }

    // What the peer does

    /** The peer sends. */
    public void arrive(int bytes) {
        if (isOver()) {
            throw new AssertionError("a peer sends after its end");
        }
        arrived += bytes;
        fire(Abi.POLLIN);
    }

    /** The peer sends no more. */
    public void finish() {
        finished = true;
        fire(Abi.POLLIN | Abi.POLLRDHUP);
    }

    /** From now on it is a UNIX socket, which tells a receive of bytes that are left, but of no end. */
    public void hideEnd() {
        endIsHinted = false;
    }

    /** The peer resets the connection. What it has sent before can be received all the same. */
    public void reset() {
        reset = true;
        error = ECONNRESET;
        fire(Abi.POLLIN | Abi.POLLOUT | Abi.POLLRDHUP | Abi.POLLERR | Abi.POLLHUP);
    }

    /** The peer takes what was sent. */
    public void makeRoom(int bytes) {
        room += bytes;
        if (bytes > 0) {
            fire(Abi.POLLOUT);
        }
    }

    /** There is no room any more. */
    public void fill() {
        room = 0;
        if (!reset) {
            clear(Abi.POLLOUT);
        }
    }

    // What can be seen from outside

    /** Whether a receive always finds the peer's end. */
    public boolean hintsEnd() {
        return endIsHinted;
    }

    /** Whether the peer sends no more. */
    public boolean isOver() {
        return finished || reset;
    }

    public boolean isReset() {
        return reset;
    }

    /** How many bytes the peer has sent. */
    public long arrived() {
        return arrived;
    }

    /** How many bytes were received. */
    public long taken() {
        return taken;
    }

    /** How many bytes were sent to the peer. */
    public long accepted() {
        return accepted;
    }

    /** What the peer sends at {@code position}. */
    public byte incoming(long position) {
        return pattern(seed, position);
    }

    /** What is to be sent to the peer at {@code position}. */
    public byte outgoing(long position) {
        return pattern(~seed, position);
    }

    private static byte pattern(int seed, long position) {
        long mixed = (seed * 31L + position) * 0x9E3779B97F4A7C15L;
        return (byte) (mixed >>> 40);
    }

    // System calls

    /** {@code recv(2)}. */
    public int receive(ByteBuffer target, int length) {
        return receive(Buffer.memoryAddress(target), length);
    }

    int receive(long address, int length) {
        int bytes = (int) Math.min(length, arrived - taken);
        if (bytes == 0) {
            if (error == 0) {
                return isOver() ? 0 : -Errno.EAGAIN;
            }
            return -takeError();
        }
        for (int i = 0; i < bytes; i++) {
            FakeMemory.put(address + i, incoming(taken + i));
        }
        taken += bytes;
        if (taken == arrived && !isOver()) {
            clear(Abi.POLLIN);
        }
        return bytes;
    }

    private int takeError() {
        int taken = error;
        error = 0;
        clear(Abi.POLLERR);
        return taken;
    }

    /** Whether the socket says that there is more: it knows of data and of an end behind it, but of no reset. */
    boolean hintsMore() {
        return taken < arrived || finished && endIsHinted;
    }

    /** {@code send(2)}. */
    public int send(ByteBuffer source, int length) {
        return send(Buffer.memoryAddress(source), length);
    }

    int send(long address, int length) {
        if (reset) {
            return error == 0 ? -EPIPE : -takeError();
        }
        int bytes = Math.min(length, room);
        for (int i = 0; i < bytes; i++) {
            if (FakeMemory.get(address + i) != outgoing(accepted + i)) {
                throw new AssertionError("the byte sent at " + (accepted + i) + " is not the one that comes there");
            }
        }
        accepted += bytes;
        room -= bytes;
        if (room == 0) {
            fill();
        }
        return bytes == 0 ? -Errno.EAGAIN : bytes;
    }

    @Override
    public String toString() {
        return "FakeStream(arrived: " + arrived + ", taken: " + taken + ", accepted: " + accepted + ", room: " + room
                + (finished ? ", finished" : "") + (reset ? ", reset" : "") + ", error: " + error + ')';
    }
}
