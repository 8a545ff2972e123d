/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultMessageSizeEstimator;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.IovArray;
import io.netty.util.internal.PlatformDependent;
import io.netty.util.internal.SystemPropertyUtil;
import io.pollring.channel.StreamIo.Writing;
import io.pollring.loop.SendRequest;
import io.pollring.loop.StreamRegistration;

import java.io.IOException;

/**
 * Leaves small writes to the loop while it delivers data: it sends those of all channels with one system call when it
 * has delivered, and all that is flushed until then with one request. What is large is worth a system call of its own.
 *
 * <p>What the loop sends takes at once as much as the socket has room for, so it is over when the loop has entered the
 * kernel: like a write that was made a little later. Until then nothing else is written.
 *
 * <p>Makes all transitions of {@link Writing}.
 */
final class BatchedWriter {
    private static final int MAX_BYTES = Short.MAX_VALUE;
    /** What Netty adds to each message's size before it compares with the water marks. */
    private static final int ENTRY_BYTES =
            SystemPropertyUtil.getInt("io.netty.transport.outboundBufferEntrySizeOverhead", 96);

    private BatchedWriter() { }

    /** As {@link DirectWriter#write}, now or later. */
    static void write(AbstractIoUringStreamChannel channel, ChannelOutboundBuffer in) throws Exception {
        try {
            proceed(channel, in);
        } catch (Errors.NativeIoException e) {
            if (channel.streamRegistration() != null) {
                channel.streamRegistration().failureTold();
            }
            throw e;
        }
    }

    private static void proceed(AbstractIoUringStreamChannel channel, ChannelOutboundBuffer in) throws Exception {
        StreamIo io = channel.io;
        switch (io.writing) {
            case IDLE:
                if (!sendLater(channel, in)) {
                    DirectWriter.write(channel, in, 1);
                }
                break;
            case QUEUED:
                if (!mayWait(channel, in) || !takeMore(channel, in)) {
                    if (io.writing == Writing.QUEUED) {
                        // The loop will ask, and is told nothing.
                        forget(io);
                    }
                    DirectWriter.write(channel, in, 2);
                }
                break;
            case ALL_SENT:
            case PART_SENT:
                if (conclude(channel, in)) {
                    DirectWriter.write(channel, in, 1);
                }
                break;
            case SETTLING:
                DirectWriter.write(channel, in, 1);
                break;
            default:
                // The loop tells in a moment what has become of what is before this.
                break;
        }
    }

    /** How much of what the channel's buffer counts as pending would have been sent by now without the loop. */
    static int leftToLoop(StreamIo io) {
        return io.writing == Writing.QUEUED || io.writing == Writing.TELLING ? io.queued.pendingBytes() : 0;
    }

    /** Nothing is left to the loop any more. */
    private static void forget(StreamIo io) {
        io.writing = Writing.IDLE;
        io.queued.recycle();
        io.queued = null;
    }

    private static boolean mayWait(AbstractIoUringStreamChannel channel, ChannelOutboundBuffer in) {
        // A flush of a channel that has become unwritable is expected to make it writable at once, if there is room.
        return in.isWritable() && in.totalPendingWriteBytes() <= MAX_BYTES && !channel.wants(EpollIoOps.EPOLLOUT);
    }

    private static boolean sendLater(AbstractIoUringStreamChannel channel, ChannelOutboundBuffer in) {
        StreamRegistration registration = channel.streamRegistration();
        if (registration == null || !registration.maySendLater() || !mayWait(channel, in)
                || registration.takesFirstFlush()) {
            return false;
        }
        QueuedMessages messages = QueuedMessages.of(in);
        if (messages == null) {
            return false;
        }
        // It is ready for it: nothing but references was taken since it was asked.
        registration.sendLater();
        channel.io.queued = messages;
        channel.io.writing = Writing.QUEUED;
        return true;
    }

    /** @return whether what was flushed now can wait as well */
    private static boolean takeMore(AbstractIoUringStreamChannel channel, ChannelOutboundBuffer in) throws Exception {
        int bytes = channel.io.queued.bytes();
        try {
            return channel.io.queued.addFlushed();
        } catch (Throwable t) {
            // One has been released too often. Where it is written its channel hears of it; what was flushed before it
            // would be through by now.
            writeBefore(channel, in, bytes);
            return false;
        }
    }

    private static void writeBefore(AbstractIoUringStreamChannel channel, ChannelOutboundBuffer in, int bytes)
            throws Exception {
        forget(channel.io);
        int left = bytes;
        while (left > 0 && channel.socket.isOpen()) {
            int before = ((ByteBuf) in.current()).readableBytes();
            if (DirectWriter.writeOne(channel, in, in.current()) == DirectWriter.FULL) {
                return;
            }
            left -= before;
        }
    }

    /** See {@link io.pollring.loop.StreamHandle#prepareSend}. */
    static void prepareSend(AbstractIoUringStreamChannel channel, SendRequest request) throws Exception {
        StreamIo io = channel.io;
        if (io.writing != Writing.QUEUED) {
            return;
        }
        ChannelOutboundBuffer in = io.queued.buffer();
        ByteBuf first = (ByteBuf) in.current();
        if (in.size() == 1 && first.hasMemoryAddress()) {
            request.send(first.memoryAddress() + first.readerIndex(), first.readableBytes());
            io.writing = Writing.PREPARED;
        } else if (request.canGather()) {
            IovArray iovecs = request.iovecs();
            int start = iovecs.count();
            long bytes = iovecs.size();
            iovecs.maxBytes(bytes + MAX_BYTES);
            in.forEachFlushedMessage(iovecs);
            if (iovecs.count() > start) {
                request.gather(start, (int) (iovecs.size() - bytes));
                io.writing = Writing.PREPARED;
            }
        }
    }

    /** See {@link io.pollring.loop.StreamHandle#sent}. */
    static void sent(AbstractIoUringStreamChannel channel, int result, boolean complete) {
        StreamIo io = channel.io;
        if (io.writing == Writing.QUEUED) {
            // It could not be sent, for want of memory or of a ring, say.
            settle(channel);
            return;
        }
        if (io.writing != Writing.PREPARED) {
            return;
        }
        ChannelOutboundBuffer in = io.queued.buffer();
        io.writing = complete ? Writing.ALL_SENT : Writing.PART_SENT;
        io.queued.sent(result);
        // As when the socket has become writable: promises, errors and what is to be written next are dealt with there.
        channel.handle().flush0();
        if (io.writing == Writing.ALL_SENT || io.writing == Writing.PART_SENT) {
            // The channel is closing, and has let go of the buffer.
            try {
                removeSent(channel, in);
            } catch (IOException e) {
                fail(in, e);
            }
        }
    }

    /** @return whether the socket has taken all, so that there may be more to write */
    private static boolean conclude(AbstractIoUringStreamChannel channel, ChannelOutboundBuffer in) throws IOException {
        boolean all = channel.io.writing == Writing.ALL_SENT;
        removeSent(channel, in);
        if (channel.isGone()) {
            return false;
        }
        if (!all) {
            channel.want(EpollIoOps.EPOLLOUT);
        }
        return all;
    }

    /** @throws IOException what the socket has failed with */
    private static void removeSent(AbstractIoUringStreamChannel channel, ChannelOutboundBuffer in)
            throws IOException {
        StreamIo io = channel.io;
        boolean all = io.writing == Writing.ALL_SENT;
        int result = io.queued.result();
        io.queued.giveBack();
        if (all) {
            io.writing = Writing.TELLING;
            tell(io, in, result);
        }
        forget(io);
        if (!all && result > 0) {
            in.removeBytes(result);
        } else if (!all) {
            // Throws, unless it is only that the socket is full.
            SendRequest.check(channel.socket.intValue(), result);
        }
    }

    /**
     * Netty settles a promise before it takes its message out of what is pending. Where a flush is over when it returns
     * nobody sees that, but a listener that waits for the loop would: codecs cut what they write to what has room.
     */
    private static void tell(StreamIo io, ChannelOutboundBuffer in, int bytes) {
        for (int left = bytes; left > 0 && in.current() instanceof ByteBuf;) {
            int length = ((ByteBuf) in.current()).readableBytes();
            in.removeBytes(Math.min(length, left));
            left -= length;
            io.queued.told(length + ENTRY_BYTES);
        }
    }

    /**
     * Writes at once what was left to the loop: what comes next must not overtake it, as the end of the stream would, or
     * the channel is about to close, to end its output, or to leave the loop.
     */
    static void settle(AbstractIoUringStreamChannel channel) {
        StreamIo io = channel.io;
        switch (io.writing) {
            case QUEUED:
                ChannelOutboundBuffer in = io.queued.buffer();
                forget(io);
                if (channel.unsafe().outboundBuffer() == in) {
                    // A promise's listener may flush more while this is written, which only Netty's flush can bear.
                    io.writing = Writing.SETTLING;
                    try {
                        channel.handle().flush0();
                    } finally {
                        if (io.writing == Writing.SETTLING) {
                            io.writing = Writing.IDLE;
                        }
                    }
                } else {
                    writeDetached(channel, in);
                }
                break;
            case PREPARED:
                channel.streamRegistration().settleSend();
                break;
            default:
                break;
        }
    }

    /**
     * A message is about to be written. If it would make the channel unwritable, what is left to the loop goes first: its
     * bytes would not be pending any more if they had been written when they were flushed.
     */
    static void beforeWrite(AbstractIoUringStreamChannel channel, Object message) {
        StreamIo io = channel.io;
        if (io.writing != Writing.QUEUED
                || size(channel, message) < io.queued.buffer().bytesBeforeUnwritable()) {
            return;
        }
        settle(channel);
        if (channel.unsafe().outboundBuffer() == null) {
            // As any other write now fails.
            ChannelPromise failed = channel.newPromise();
            channel.unsafe().write(Unpooled.EMPTY_BUFFER, failed);
            PlatformDependent.throwException(failed.cause());
        }
    }

    /** What the water marks count for a message; all there is where the user has an opinion of his own. */
    private static long size(AbstractIoUringStreamChannel channel, Object message) {
        if (channel.config().getMessageSizeEstimator() != DefaultMessageSizeEstimator.DEFAULT) {
            return Long.MAX_VALUE;
        }
        if (message instanceof ByteBuf) {
            return (long) ((ByteBuf) message).readableBytes() + ENTRY_BYTES;
        }
        return ENTRY_BYTES;
    }

    /** The channel is closing, or ending its output, and has let go of the buffer. */
    private static void writeDetached(AbstractIoUringStreamChannel channel, ChannelOutboundBuffer in) {
        try {
            DirectWriter.write(channel, in, 1);
        } catch (Throwable t) {
            fail(in, t);
        }
    }

    private static void fail(ChannelOutboundBuffer in, Throwable cause) {
        while (!in.isEmpty()) {
            in.remove(cause);
        }
    }
}
