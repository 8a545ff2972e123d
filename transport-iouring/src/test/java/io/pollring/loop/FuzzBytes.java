/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.buffer.ByteBuf;
import io.pollring.ring.Errno;
import io.pollring.ring.FakeStream;
import io.pollring.ring.UserData;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The account of a stream's bytes, which goes on when the stream is registered again: each byte comes once and in its
 * place, whichever way it takes; and what was told to be sent is what the socket has taken.
 */
final class FuzzBytes {
    static final int MAX_LENGTH = 4096;

    private final FakeStream stream;
    private final FuzzWorld world;
    private long received;
    private long sent;
    /** Whether the error of a reset can have been told to a receive whose registration is over. */
    private boolean endFound;
    /** Whether its user was left the error of bytes that were lost, behind those that were not. */
    private boolean lost;

    FuzzBytes(FakeStream stream, FuzzWorld world) {
        this.stream = stream;
        this.world = world;
    }

    FakeStream stream() {
        return stream;
    }

    /** Whether all that the peer has sent came, and its end was found, if it has ended. */
    boolean isDrained() {
        return received == stream.arrived() && (endFound || !stream.isOver());
    }

    boolean isEndFound() {
        return endFound;
    }

    boolean isLost() {
        return lost;
    }

    /** The next read is to fail, through this registration or another. */
    void keepLost() {
        lost = true;
    }

    /** Reads with a system call. @return what that answers */
    int readSocket(FuzzStream handle, int length) {
        ByteBuffer memory = world.memory().take();
        int result = stream.receive(memory, length);
        for (int i = 0; i < result; i++) {
            received(handle, memory.get(i));
        }
        world.memory().giveBack(memory);
        if (result <= 0 && result != -Errno.EAGAIN) {
            endFound(handle);
        }
        return result;
    }

    /** Takes what the loop has received. @return what the loop answers, or {@code -errno} */
    int readLoop(FuzzStream handle, StreamRegistration registration, int length) {
        ByteBuf buffer = world.memory().target();
        int result;
        try {
            result = registration.receive(buffer, 1, length);
        } catch (IOException e) {
            if (e.getMessage().contains("EBADR")) {
                checkLost(handle, registration);
                return -Errno.EBADR;
            }
            if (handle.closedBehind) {
                return -Errno.EBADF;
            }
            if (!stream.isReset()) {
                world.violated(handle, "is told of an error that never was: " + e);
            }
            endFound(handle);
            return -FakeStream.ECONNRESET;
        }
        for (int i = 1; i <= result; i++) {
            received(handle, buffer.getByte(i));
        }
        if (result < 0) {
            endFound(handle);
        }
        return result;
    }

    /** It fails for bytes that the kernel had no memory to tell of. */
    void checkLost(FuzzStream handle, StreamRegistration registration) {
        boolean lost = world.faults.hasForgotten(UserData.encode(RequestKind.RECEIVE, registration.slot,
                registration.receptionGeneration));
        // If nothing else fails, whose completion was lost is known: a ring that works can be asked.
        boolean isKnown = world.profile.faults == 0 && !world.faults.ringEverBroken
                && registration.slot != PollRegistration.NO_SLOT;
        if (!lost && (isKnown || !world.faults.hasForgotten)) {
            world.violated(handle, "is told of lost bytes, but none of its are");
        }
    }

    void received(FuzzStream handle, byte value) {
        if (received == stream.arrived() || value != stream.incoming(received)) {
            world.violated(handle, "got another byte than that at " + received + " of " + stream);
        }
        received++;
    }

    /** The handle was told of an error. */
    void failed(FuzzStream handle) {
        if (handle.closedBehind || isLost()) {
            // A channel that knows that bytes are lost hears of nothing behind them.
            return;
        }
        if (!stream.isReset()) {
            world.violated(handle, "is told of an error that never was");
        }
        endFound(handle);
    }

    private void endFound(FuzzStream handle) {
        if (received != stream.arrived() || !stream.isOver()) {
            world.violated(handle, "is told of an end after " + received + " bytes of " + stream);
        }
        endFound = true;
    }

    /** Writes what comes next in the stream. */
    void prepare(ByteBuffer memory, int length) {
        for (int i = 0; i < length; i++) {
            memory.put(i, stream.outgoing(sent + i));
        }
    }

    /** The handle knows that {@code length} more bytes were sent. */
    void sent(FuzzStream handle, int length) {
        sent += length;
        checkSent(handle);
    }

    void checkSent(FuzzStream handle) {
        if (sent != stream.accepted()) {
            world.violated(handle, "was told of " + sent + " bytes, but the socket has taken others: " + stream);
        }
    }

    @Override
    public String toString() {
        return "received " + received + ", sent " + sent + (endFound ? ", end found" : "") + " of " + stream;
    }
}
