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
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.loop.StreamRegistration;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads what comes for a stream. The loop receives small messages, which are read from it as from a socket; and what
 * comes in large pieces is read with system calls, straight to where it goes. What was received and not read when a
 * registration ends is kept in {@link StreamIo}, for the next one.
 */
final class StreamReader {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(StreamReader.class);
    /** So many turns in a row must bring no more than a piece before the loop receives again. */
    private static final int SMALL_TURNS = 8;
    /** Thrown by Netty's detector of leaks; by its name, as Netty has it since 4.2.8. */
    private static final String ALLOCATION_PROHIBITED = "io.netty.util.LeakPresenceDetector$AllocationProhibitedException";

    private StreamReader() { }

    /** Something can be read: bytes, an end, or an error. */
    static void read(AbstractIoUringStreamChannel channel, StreamUnsafe unsafe) {
        if (unsafe.isInputOver()) {
            unsafe.stopReading();
            return;
        }
        ReadAllocation allocation = unsafe.recvBufAllocHandle();
        ChannelConfig config = channel.config();
        ChannelPipeline pipeline = channel.pipeline();
        allocation.reset(config);
        ByteBuf buffer = null;
        boolean atEnd = false;
        long total = 0;
        try {
            do {
                buffer = allocation.allocate(config.getAllocator(), received(channel));
                total += Math.max(receive(channel, unsafe, buffer), 0);
                // As for epoll channels, what counts is what the allocator says.
                if (allocation.lastBytesRead() <= 0) {
                    buffer.release();
                    buffer = null;
                    atEnd = isAtEnd(channel, unsafe);
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
            } while (!unsafe.isInputOver() && !unsafe.isSplicing() && allocation.continueReading());
            readComplete(channel, unsafe, atEnd);
        } catch (Throwable t) {
            readFailed(channel, unsafe, buffer, atEnd, t);
        } finally {
            learn(channel, unsafe, total);
            unsafe.readLoopDone();
        }
    }

    private static boolean isAtEnd(AbstractIoUringStreamChannel channel, StreamUnsafe unsafe) {
        if (unsafe.recvBufAllocHandle().lastBytesRead() >= 0) {
            return false;
        }
        unsafe.readPending = false;
        settleForEnd(channel);
        return true;
    }

    private static void readComplete(AbstractIoUringStreamChannel channel, StreamUnsafe unsafe, boolean atEnd) {
        unsafe.recvBufAllocHandle().readComplete();
        channel.pipeline().fireChannelReadComplete();
        if (atEnd && !channel.isGone()) {
            unsafe.shutdownInput(true);
        }
    }

    /** How many bytes the loop has received, if those are all there is; else 0. */
    private static int received(AbstractIoUringStreamChannel channel) {
        StreamRegistration registration = channel.streamRegistration();
        return channel.io.kept == null && registration != null && !registration.isSocketFree()
                ? registration.received() : 0;
    }

    /** As much as there is, wherever it is by now, as a read of the socket would give if nothing had been received. */
    private static int receive(AbstractIoUringStreamChannel channel, StreamUnsafe unsafe, ByteBuf buffer)
            throws IOException {
        ReadAllocation allocation = unsafe.recvBufAllocHandle();
        int from = buffer.writerIndex();
        int length = buffer.writableBytes();
        allocation.attempt(length);
        StreamRegistration registration = channel.streamRegistration();
        int received = takeReceived(channel, registration, buffer, length);
        // Whether it is the socket that was read last, and not what had come out of it before.
        boolean asked = false;
        if (received > 0) {
            buffer.writerIndex(from + received);
            if (received < length && channel.io.kept == null
                    && (registration == null || registration.isSocketFree())) {
                int more = receiveMore(channel, buffer, length - received);
                asked = more >= 0;
                received += Math.max(more, 0);
            }
        } else if (registration != null && registration.mustReceive()) {
            received = registration.receive(buffer, from, length);
        } else {
            received = Sockets.receive(channel.socket, buffer, length);
            asked = true;
        }
        if (received > 0) {
            buffer.writerIndex(from + received);
        } else if (received == 0 && length == 0 && !asked && (channel.io.kept != null || received(channel) > 0)) {
            // A socket would give nothing of what it has, which for epoll channels is the end.
            received = -1;
        }
        unsafe.drained = asked
                && (received == 0 || received > 0 && received < length && channel.shortReadDrains());
        allocation.lastBytesRead(received);
        return received;
    }

    private static int takeReceived(AbstractIoUringStreamChannel channel, StreamRegistration registration,
                                    ByteBuf buffer, int length) throws IOException {
        int from = buffer.writerIndex();
        Kept kept = kept(channel);
        int taken = 0;
        if (kept != null) {
            taken = kept.take(buffer, from, length);
            forgetKeptIfEmpty(channel.io);
        }
        if (taken < length && channel.io.kept == null && registration != null && registration.received() > 0) {
            taken += registration.receive(buffer, from + taken, length - taken);
        }
        return taken;
    }

    /**
     * What the socket has behind bytes that were read ahead. Its end, or its error, is left to the next read.
     *
     * @return -1 if it has come to either
     */
    private static int receiveMore(AbstractIoUringStreamChannel channel, ByteBuf buffer, int length)
            throws IOException {
        try {
            return Sockets.receive(channel.socket, buffer, length);
        } catch (Errors.NativeIoException e) {
            keepFailure(channel, -e.expectedErr());
            return -1;
        }
    }

    /**
     * Learns from a turn who had better read. What does not fit a piece takes the kernel two receives, two completions
     * and two copies, which is more than a system call.
     */
    private static void learn(AbstractIoUringStreamChannel channel, StreamUnsafe unsafe, long bytes) {
        if (bytes == 0) {
            return;
        }
        // What comes piece by piece comes too slowly if each of them is full.
        boolean large = unsafe.readsPieces() ? bytes >= StreamRegistration.PIECE_BYTES
                : bytes > StreamRegistration.PIECE_BYTES;
        int before = channel.io.ownTurns;
        int turns = large ? SMALL_TURNS : Math.max(before - 1, 0);
        channel.io.ownTurns = (byte) turns;
        StreamRegistration registration = channel.streamRegistration();
        if ((turns == 0) != (before == 0) && registration != null) {
            registration.receptionChanged();
        }
    }

    /** Writes at once what was left to the loop, and all that is flushed until the end behind the data is told. */
    private static void settleForEnd(AbstractIoUringStreamChannel channel) {
        BatchedWriter.settle(channel);
        StreamRegistration registration = channel.streamRegistration();
        if (registration != null) {
            registration.endsData();
        }
    }

    private static void readFailed(AbstractIoUringStreamChannel channel, StreamUnsafe unsafe, ByteBuf unread,
                                   boolean atEnd, Throwable cause) {
        unsafe.drained = false;
        if (unread != null && unread.isReadable()) {
            // The allocator has thrown when it was told of the read.
            unsafe.readPending = false;
            channel.pipeline().fireChannelRead(unread);
        } else if (unread != null) {
            unread.release();
        }
        // What was flushed before would have met the same failure, and closed the channel before it is found here.
        settleForEnd(channel);
        boolean foundByWrite = channel.isGone() && cause instanceof IOException;
        readComplete(channel, unsafe, false);
        if (foundByWrite) {
            return;
        }
        channel.pipeline().fireExceptionCaught(cause);
        // Without memory for a buffer the socket would be reported ready again and again.
        if (atEnd || cause instanceof IOException || cause instanceof OutOfMemoryError
                || cause.getClass().getName().equals(ALLOCATION_PROHIBITED)) {
            unsafe.shutdownInput(true);
        }
    }

    // ---- what is kept

    /** See {@link io.pollring.loop.StreamHandle#keep}. */
    static void keep(AbstractIoUringStreamChannel channel, ByteBuffer bytes, int more) {
        StreamIo io = channel.io;
        if (io.kept != null && io.kept.hasFailed()) {
            // Behind an error there may be a hole in the stream.
            return;
        }
        if (channel.isGone()) {
            io.kept = Kept.LOST;
            return;
        }
        try {
            if (io.kept == null) {
                io.kept = new Kept();
            }
            io.kept.add(bytes, more);
        } catch (Throwable t) {
            // There is a hole in the stream from here on. The next read tells the user, who must not be called here.
            logger.warn("{} has no memory for what it has received", channel, t);
            io.kept = Kept.LOST;
        }
    }

    /** See {@link io.pollring.loop.StreamHandle#keepFailure}. */
    static void keepFailure(AbstractIoUringStreamChannel channel, int errno) {
        StreamIo io = channel.io;
        if (channel.isGone() || io.kept != null && io.kept.hasFailed()) {
            return;
        }
        if (io.kept == null) {
            io.kept = new Kept();
        }
        io.kept.fail(errno);
    }

    /** See {@link io.pollring.loop.StreamHandle#lost}. */
    static void lost(AbstractIoUringStreamChannel channel) {
        if (!channel.isGone()) {
            channel.io.kept = Kept.LOST;
            readKeptLater(channel);
        }
    }

    /**
     * What comes first when the channel next reads; {@code null} if nothing is kept.
     *
     * @throws IOException if that is an error, which is told once
     */
    static Kept kept(AbstractIoUringStreamChannel channel) throws IOException {
        forgetKeptIfEmpty(channel.io);
        Kept kept = channel.io.kept;
        if (kept != null && kept.size() == 0) {
            channel.io.kept = null;
            kept.checkNotFailed(channel.socket.intValue());
        }
        return channel.io.kept;
    }

    private static void forgetKeptIfEmpty(StreamIo io) {
        if (io.kept != null && io.kept.isEmpty()) {
            io.kept = null;
        }
    }

    /** No poll will tell of what is kept. To be called when more is asked for. */
    static void readKeptLater(AbstractIoUringStreamChannel channel) {
        if (channel.io.kept == null || !channel.isRegistered()) {
            return;
        }
        StreamRegistration registration = channel.streamRegistration();
        if (registration != null) {
            registration.receptionChanged();
        } else if (isKeptWanted(channel)) {
            // On Netty's own event loop, which knows nothing of bytes that were received before.
            channel.eventLoop().execute(() -> readKept(channel));
        }
    }

    private static boolean isKeptWanted(AbstractIoUringStreamChannel channel) {
        return channel.readsBytes() && channel.wants(EpollIoOps.EPOLLIN);
    }

    private static void readKept(AbstractIoUringStreamChannel channel) {
        if (!channel.isRegistered() || !channel.eventLoop().inEventLoop()) {
            // It has left this loop meanwhile, and reads on when it is asked to in another.
            return;
        }
        if (channel.io.kept != null && !channel.isGone() && isKeptWanted(channel)) {
            channel.handle().readReady();
            readKeptLater(channel);
        }
    }
}
