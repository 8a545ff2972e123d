/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.Errors;
import io.netty.util.LeakPresenceDetector;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.channel.AbstractIoUringStreamChannel.StreamUnsafe;
import io.pollring.loop.StreamRegistration;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * How the bytes of a stream channel move between its socket and its pipeline. The loop receives small messages, which
 * are read from it as from a socket; and what comes in large pieces is read with system calls, straight to where it
 * goes. What was received and not read when a registration ends is kept here, for the next one.
 *
 * <p>Called by the channel's loop only. One object does all of it, as there may be a great many channels.
 */
final class StreamIo extends BatchedWriter {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(StreamIo.class);
    /** So many turns in a row must bring no more than a piece before the loop receives again. */
    private static final int SMALL_TURNS = 8;

    /** What a registration has left, or {@code null}. */
    private Kept kept;
    /** Whether the last read was one of the socket, and not of what had come out of it before. */
    private boolean fromSocket;
    private boolean drained;
    private boolean bulk;
    private byte smallTurns;

    StreamIo(AbstractIoUringStreamChannel channel) {
        super(channel);
    }

    /** Whether the last {@link #readReady()} has proved that nothing is left to read. */
    boolean isDrained() {
        return drained;
    }

    /** Whether what comes is better received by the loop. */
    boolean isReceivable() {
        return !bulk;
    }

    /** Something can be read: bytes, an end, or an error. */
    void readReady() {
        drained = false;
        StreamUnsafe unsafe = (StreamUnsafe) channel.unsafe();
        ChannelConfig config = channel.config();
        if (unsafe.isInputOver()) {
            unsafe.stopReading();
            return;
        }
        ReadAllocation allocation = unsafe.recvBufAllocHandle();
        ChannelPipeline pipeline = channel.pipeline();
        allocation.reset(config);
        ByteBuf buffer = null;
        boolean atEnd = false;
        long total = 0;
        try {
            do {
                buffer = allocation.allocate(config.getAllocator(), received());
                int length = receive(buffer, allocation);
                total += Math.max(length, 0);
                // As for epoll channels, what counts is what the allocator says.
                if (allocation.lastBytesRead() <= 0) {
                    buffer.release();
                    buffer = null;
                    atEnd = allocation.lastBytesRead() < 0;
                    if (atEnd) {
                        unsafe.readPending = false;
                        settleForEnd();
                    }
                    break;
                }
                allocation.incMessagesRead(1);
                unsafe.readPending = false;
                ByteBuf message = buffer;
                buffer = null;
                pipeline.fireChannelRead(message);
                // A handler may have shut the input down, or closed the channel: its fd may be another's by now.
                // Or what follows is to be spliced, which the next event does: the socket is not known to be drained
                // then, unless this read has shown it.
            } while (!unsafe.isInputOver() && !channel.isSplicing() && allocation.continueReading());
            allocation.readComplete();
            pipeline.fireChannelReadComplete();
            if (atEnd && !channel.isGone()) {
                unsafe.shutdownInput(true);
            }
        } catch (Throwable t) {
            drained = false;
            readFailed(unsafe, allocation, buffer, t);
        } finally {
            learn(total);
            unsafe.readLoopDone();
        }
    }

    /** How many bytes the loop has received, if those are all there is; else 0. */
    private int received() {
        StreamRegistration registration = channel.streamRegistration();
        return kept == null && registration != null && !registration.isSocketFree() ? registration.received() : 0;
    }

    /** As much as there is, wherever it is by now, as a read of the socket would give if nothing had been received. */
    private int receive(ByteBuf buffer, ReadAllocation allocation) throws IOException {
        int from = buffer.writerIndex();
        int length = buffer.writableBytes();
        allocation.attempt(length);
        fromSocket = false;
        StreamRegistration registration = channel.streamRegistration();
        int received = takeReceived(registration, buffer, from, length);
        if (received == 0) {
            received = receiveNow(registration, buffer, from, length);
        } else if (received < length && kept == null && (registration == null || registration.isSocketFree())) {
            received += receiveMore(buffer, from + received, length - received);
        }
        if (received > 0) {
            buffer.writerIndex(from + received);
        } else if (received == 0 && length == 0 && !fromSocket && (kept != null || received() > 0)) {
            // A socket would give nothing of what it has, which for epoll channels is the end.
            received = -1;
        }
        drained = fromSocket && (received == 0 || received > 0 && received < length && channel.shortReadDrains());
        allocation.lastBytesRead(received);
        return received;
    }

    private int takeReceived(StreamRegistration registration, ByteBuf buffer, int from, int length)
            throws IOException {
        int taken = 0;
        if (kept != null) {
            taken = kept.take(buffer, from, length);
            if (taken == 0) {
                failAsKept();
            }
            forgetKeptIfEmpty();
        }
        if (taken < length && kept == null && registration != null && registration.received() > 0) {
            taken += registration.receive(buffer, from + taken, length - taken);
        }
        return taken;
    }

    private int receiveNow(StreamRegistration registration, ByteBuf buffer, int from, int length) throws IOException {
        if (registration != null && registration.mustReceive()) {
            return registration.receive(buffer, from, length);
        }
        fromSocket = true;
        if (buffer.hasMemoryAddress()) {
            return channel.socket.recvAddress(buffer.memoryAddress(), from, from + length);
        }
        ByteBuffer nio = buffer.internalNioBuffer(from, length);
        return channel.socket.recv(nio, nio.position(), nio.limit());
    }

    /** What the socket has behind bytes that were read ahead. Its end, or its error, is left to the next read. */
    private int receiveMore(ByteBuf buffer, int from, int length) throws IOException {
        int received = -1;
        try {
            received = receiveNow(null, buffer, from, length);
        } catch (Errors.NativeIoException e) {
            keepFailure(-e.expectedErr());
        }
        fromSocket = received >= 0;
        return Math.max(received, 0);
    }

    private void failAsKept() throws IOException {
        Kept failed = kept;
        kept = null;
        failed.checkNotFailed(channel.socket.intValue());
    }

    private void forgetKeptIfEmpty() {
        if (kept != null && kept.isEmpty()) {
            kept = null;
        }
    }

    /** See {@link io.pollring.loop.StreamHandle#keep}. */
    void keep(ByteBuffer bytes, int more) {
        if (kept != null && kept.hasFailed()) {
            // Behind an error there may be a hole in the stream.
            return;
        }
        if (channel.isGone()) {
            kept = Kept.LOST;
            return;
        }
        try {
            if (kept == null) {
                kept = new Kept();
            }
            kept.add(bytes, more);
        } catch (Throwable t) {
            // There is a hole in the stream from here on. The next read tells the user, who must not be called here.
            logger.warn("{} has no memory for what it has received", channel, t);
            kept = Kept.LOST;
        }
    }

    /** See {@link io.pollring.loop.StreamHandle#keepFailure}. */
    void keepFailure(int errno) {
        if (channel.isGone() || kept != null && kept.hasFailed()) {
            return;
        }
        if (kept == null) {
            kept = new Kept();
        }
        kept.fail(errno);
    }

    /** See {@link io.pollring.loop.StreamHandle#lost}. */
    void lost() {
        if (!channel.isGone()) {
            kept = Kept.LOST;
            readKeptLater();
        }
    }

    /** See {@link io.pollring.loop.StreamHandle#isKeeping}. */
    boolean isKeeping() {
        return kept != null && channel.readsBytes();
    }

    /** What comes first when the channel next reads; {@code null} if nothing is kept. */
    Kept kept() throws IOException {
        forgetKeptIfEmpty();
        if (kept != null && kept.size() == 0) {
            failAsKept();
        }
        return kept;
    }

    /** No poll will tell of what is kept. To be called when more is asked for. */
    void readKeptLater() {
        if (kept == null || !channel.isRegistered()) {
            return;
        }
        StreamRegistration registration = channel.streamRegistration();
        if (registration != null) {
            registration.receptionChanged();
        } else if (isKeptWanted()) {
            // On Netty's own event loop, which knows nothing of bytes that were received before.
            channel.eventLoop().execute(this::readKept);
        }
    }

    private boolean isKeptWanted() {
        return channel.readsBytes() && channel.wants(EpollIoOps.EPOLLIN);
    }

    private void readKept() {
        if (!channel.isRegistered() || !channel.eventLoop().inEventLoop()) {
            // It has left this loop meanwhile, and reads on when it is asked to in another.
            return;
        }
        if (kept != null && !channel.isGone() && isKeptWanted()) {
            ((StreamUnsafe) channel.unsafe()).readReady();
            readKeptLater();
        }
    }

    /** Whether the channel, which is closing, has received what it has not read. */
    boolean leavesUnread() {
        return kept != null && (kept == Kept.LOST || kept.size() > 0);
    }

    /**
     * Learns from a turn who had better read. What does not fit a piece takes the kernel two receives, two completions
     * and two copies, which is more than a system call.
     */
    private void learn(long bytes) {
        if (bytes == 0) {
            return;
        }
        // What comes piece by piece comes too slowly if each of them is full.
        boolean large = channel.readsPieces() ? bytes >= StreamRegistration.PIECE_BYTES
                : bytes > StreamRegistration.PIECE_BYTES;
        if (large) {
            smallTurns = 0;
            if (!bulk) {
                setBulk(true);
            }
        } else if (bulk && ++smallTurns == SMALL_TURNS) {
            setBulk(false);
        }
    }

    private void setBulk(boolean bulk) {
        this.bulk = bulk;
        StreamRegistration registration = channel.streamRegistration();
        if (registration != null) {
            registration.receptionChanged();
        }
    }

    /** Writes at once what was left to the loop, and all that is flushed until the end behind the data is told. */
    private void settleForEnd() {
        settle();
        StreamRegistration registration = channel.streamRegistration();
        if (registration != null) {
            registration.endsData();
        }
    }

    private void readFailed(StreamUnsafe unsafe, ReadAllocation allocation, ByteBuf unread, Throwable cause) {
        if (unread != null) {
            unread.release();
        }
        // What was flushed before would have met the same failure, and closed the channel before it is found here.
        settleForEnd();
        boolean foundByWrite = channel.isGone() && cause instanceof IOException;
        ChannelPipeline pipeline = channel.pipeline();
        allocation.readComplete();
        pipeline.fireChannelReadComplete();
        if (foundByWrite) {
            return;
        }
        pipeline.fireExceptionCaught(cause);
        // Without memory for a buffer the socket would be reported ready again and again.
        if (cause instanceof IOException || cause instanceof OutOfMemoryError
                || cause instanceof LeakPresenceDetector.AllocationProhibitedException) {
            unsafe.shutdownInput(true);
        }
    }
}
