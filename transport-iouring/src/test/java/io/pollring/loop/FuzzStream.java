/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.buffer.Unpooled;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.IovArray;
import io.netty.util.IllegalReferenceCountException;
import io.pollring.ring.Abi;
import io.pollring.ring.Errno;

import java.nio.ByteBuffer;
import java.util.Random;

/**
 * A stream's handle, and the model of what it may be told: that there is something to read as long as there is, of its
 * peer's end once, and of each send exactly once before the loop sleeps.
 */
final class FuzzStream extends FuzzHandle implements StreamHandle {
    private static final int END = Abi.POLLRDHUP | Abi.POLLHUP | Abi.POLLERR;

    private enum Sending { NONE, QUEUED, PREPARED }

    private final FuzzWorld world;
    private final Random random;
    private final FuzzBytes bytes;
    private final boolean ahead;
    private StreamRegistration stream;
    private boolean receivable = true;
    /** The peer's end has not been told yet, and was asked for ever since. Who asks later finds it when he reads. */
    private boolean endOwed;
    private boolean readLast;
    private Sending sending = Sending.NONE;
    /** It has taken back that it wants to send. */
    private boolean forgotten;
    private ByteBuffer outgoing;
    private int length;

    FuzzStream(FuzzWorld world, int number, int fd, FuzzBytes bytes, Random random) {
        super(world, number, fd, false);
        this.world = world;
        this.bytes = bytes;
        this.random = random;
        ahead = bytes.stream().hintsEnd();
        endOwed = bytes.stream().isOver();
    }

    FuzzBytes bytes() {
        return bytes;
    }

    @Override
    public void streamRegistration(StreamRegistration registration) {
        stream = registration;
    }

    @Override
    public void streamRegistrationEnded(StreamRegistration registration) {
        stream = null;
    }

    // Receiving

    @Override
    boolean isDeaf(int told) {
        if (!isLive() || desired == 0) {
            return false;
        }
        int level = file.ready() & Abi.POLLOUT | (isReadable() ? Abi.POLLIN : 0);
        return (level & desired & ~told) != 0
                || endOwed;
    }

    /** Whether there is something to read, wherever it is now. */
    private boolean isReadable() {
        return (file.ready() & Abi.POLLIN) != 0 || bytes.isLost()
                || stream.lastBuffer != StreamRegistration.NO_BUFFER || stream.reception.isOver();
    }

    @Override
    void desire(int mask) {
        super.desire(mask);
        endOwed &= (mask & Abi.POLLRDHUP) != 0;
    }

    @Override
    void told(int events) {
        if ((events & END) != 0) {
            endOwed = false;
        }
        readLast = false;
    }

    @Override
    int everReady() {
        // Lost bytes are an error of the connection, and so is an fd that is not there.
        return super.everReady() | (world.faults.hasForgotten || closedBehind || bytes.isLost() ? Abi.POLLIN | END : 0);
    }

    /** The peer sends no more, or resets the connection. */
    void end(boolean reset) {
        // Behind an end that the loop has found there is nothing that it looks for.
        endOwed = (desired & Abi.POLLRDHUP) != 0 && (cancelled || !stream.reception.isOver());
        if (reset) {
            bytes.stream().reset();
        } else {
            bytes.stream().finish();
        }
    }

    @Override
    void fire(int bits) {
        throw new AssertionError("the bits of a stream come of what its peer does");
    }

    /** Reads up to {@code length} bytes at once. @return whether there may be more */
    boolean read(int length) {
        if (bytes.isLost()) {
            world.trace(this, () -> "reads that bytes are lost");
            fail();
            return false;
        }
        boolean fromLoop = stream.mustReceive();
        int result = fromLoop ? bytes.readLoop(this, stream, length) : bytes.readSocket(this, length);
        world.trace(this, () -> "reads " + result + (fromLoop ? " of the loop's" : ""));
        readLast = !fromLoop && result == -Errno.EAGAIN;
        if (bytes.isEndFound()) {
            endOwed = false;
        }
        if (result == -Errno.EBADR || result == -Errno.EBADF) {
            fail();
        }
        return result > 0;
    }

    /** As a channel that is told that its bytes are lost, it closes. */
    private void fail() {
        world.cancel(this);
        closeFd();
    }

    /** Whether its last read was one of the socket, and has found nothing. */
    boolean hasReadLast() {
        return readLast;
    }

    @Override
    public boolean isReceivable() {
        return receivable;
    }

    @Override
    public boolean isReceivableAhead() {
        return ahead;
    }

    @Override
    public boolean readsPieces() {
        return !ahead && random.nextBoolean();
    }

    void changeReceivable() {
        receivable ^= true;
        world.trace(this, () -> "is receivable: " + receivable);
        stream.receptionChanged();
    }

    void stopReceiving() {
        world.trace(this, () -> "stops receiving");
        stream.stopReceiving();
        if (stream.lastBuffer != StreamRegistration.NO_BUFFER
                || world.isSound() && stream.reception.isInKernel()) {
            world.violated(this, "has stopped receiving, but the loop has not");
        }
    }

    @Override
    public void lost() {
        world.trace(this, () -> "has lost bytes");
        if (!world.faults.hasForgotten && world.loop.metrics().removalsUnconfirmed.get() == 0) {
            world.violated(this, "is told of lost bytes, but none are");
        }
        bytes.keepLost();
    }

    @Override
    public void keep(ByteBuffer kept, int more) {
        world.trace(this, () -> "is to keep " + kept.remaining());
        if (cancelled && world.isSound()) {
            world.violated(this, "is to keep bytes after its cancellation");
        }
        if (!kept.hasRemaining()) {
            world.violated(this, "is to keep nothing");
        }
        if (bytes.isLost()) {
            // Behind a hole.
            return;
        }
        while (kept.hasRemaining()) {
            bytes.received(this, kept.get());
        }
    }

    @Override
    public void keepFailure(int errno) {
        world.trace(this, () -> "is to keep the error " + errno);
        if (errno == Errno.EBADR) {
            bytes.checkLost(this, stream);
            bytes.keepLost();
        } else if (!cancelled || world.isSound()) {
            bytes.failed(this);
        }
        // Otherwise a request has outlived its registration, and that of the next one may have what is before the error.
    }

    @Override
    public boolean isKeeping() {
        return bytes.isLost();
    }

    // Sending

    /** Sends by and by, or at once if the loop says so. */
    void send() {
        if (sending == Sending.NONE && !cancelled) {
            if (stream.sendLater()) {
                world.trace(this, () -> "sends later");
                sending = Sending.QUEUED;
            } else {
                sendNow();
            }
        }
    }

    private void sendNow() {
        fillOutgoing();
        int result = bytes.stream().send(outgoing, length);
        world.trace(this, () -> "sends " + result + " of " + length);
        spoilOutgoing();
        bytes.sent(this, Math.max(result, 0));
    }

    private void fillOutgoing() {
        outgoing = world.memory().take();
        length = 1 + random.nextInt(random.nextInt(8) == 0 ? FuzzBytes.MAX_LENGTH : 32);
        bytes.prepare(outgoing, length);
    }

    private void spoilOutgoing() {
        world.memory().giveBack(outgoing);
        outgoing = null;
    }

    @Override
    public void prepareSend(SendRequest request) {
        if (cancelled || sending == Sending.PREPARED) {
            world.violated(this, "is asked what to send, but is " + sending);
        }
        if (sending == Sending.NONE) {
            return;
        }
        forgotten = false;
        if (random.nextBoolean()) {
            fillOutgoing();
            request.send(Buffer.memoryAddress(outgoing), length);
        } else if (request.canGather() && random.nextInt(8) != 0) {
            fillOutgoing();
            IovArray iovecs = request.iovecs();
            int first = iovecs.count();
            int half = length / 2;
            // An empty piece is not added.
            iovecs.add(Unpooled.wrappedBuffer(outgoing), 0, half);
            iovecs.add(Unpooled.wrappedBuffer(outgoing), half, length - half);
            request.gather(first, length);
        } else {
            boolean thrown = random.nextBoolean();
            world.trace(this, () -> thrown ? "throws, asked what to send" : "prepares nothing");
            if (thrown) {
                // As of a buffer that was released too often.
                throw new IllegalReferenceCountException(0);
            }
            return;
        }
        world.trace(this, () -> "prepares to send " + length);
        sending = Sending.PREPARED;
    }

    @Override
    public void sent(int result, boolean complete) {
        Sending before = sending;
        world.trace(this, () -> "is told that it has sent " + result + (complete ? ", all" : ""));
        if (before == Sending.NONE && forgotten && !cancelled && result == -Errno.EAGAIN) {
            // The loop was asked to send, and does not know that there is nothing left.
            return;
        }
        if (cancelled || before == Sending.NONE || before == Sending.QUEUED && result > 0) {
            world.violated(this, "is told that it has sent " + result + ", but is " + before);
        }
        sending = Sending.NONE;
        if (before == Sending.PREPARED) {
            if (complete != (result == length) || result > length) {
                world.violated(this, "is told that it has sent " + result + " of " + length);
            }
            spoilOutgoing();
        }
        if (result == -Errno.EBADR && world.faults.hasForgotten) {
            fail();
            return;
        }
        bytes.sent(this, Math.max(result, 0));
        if (!cancelled) {
            world.hasSent(this);
        }
    }

    /** As a channel does before it closes or leaves the loop: what was prepared is sent and told now. */
    void settle() {
        if (sending == Sending.QUEUED) {
            sending = Sending.NONE;
            forgotten = true;
        } else if (sending == Sending.PREPARED) {
            world.trace(this, () -> "settles");
            stream.settleSend();
            if (sending == Sending.PREPARED) {
                world.violated(this, "has settled, but was not told");
            }
        }
    }

    /** Whether it waits to be told what it has sent. */
    boolean isSending() {
        return sending != Sending.NONE;
    }

    @Override
    public String toString() {
        return super.toString() + " stream (" + bytes + ", " + sending + (endOwed ? ", end owed" : "") + ')';
    }
}
