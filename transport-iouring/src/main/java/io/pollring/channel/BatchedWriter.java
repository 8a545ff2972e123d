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
import io.pollring.loop.SendRequest;
import io.pollring.loop.StreamRegistration;

import java.io.IOException;

/**
 * Leaves small writes to the loop while it delivers data: it sends those of all channels with one system call when it
 * has delivered, and all that is flushed until then with one request. What is large is worth a system call of its own.
 *
 * <p>What the loop sends takes at once as much as the socket has room for, so it is over when the loop has entered the
 * kernel: like a write that was made a little later. Until then nothing else is written.
 */
class BatchedWriter extends DirectWriter {
    private static final int MAX_BYTES = Short.MAX_VALUE;
    /** What Netty adds to each message's size before it compares with the water marks. */
    private static final int ENTRY_BYTES =
            SystemPropertyUtil.getInt("io.netty.transport.outboundBufferEntrySizeOverhead", 96);

    private enum State {
        /** Nothing is left to the loop. */
        IDLE,
        /** The loop is to ask what to send. */
        QUEUED,
        /** The loop was told what to send. */
        PREPARED,
        /** The loop has told that all of it was sent. */
        ALL_SENT,
        /** The loop has told what was sent, and that it could not send more. */
        PART_SENT,
        /** The promises of what was sent are being settled. */
        TELLING,
        /** What was left to the loop, and what its promises' listeners flush, is being written at once. */
        SETTLING
    }

    private State state = State.IDLE;
    /** What is left to the loop, and whether all of it was sent; {@code null} in {@link State#IDLE}. */
    private QueuedMessages queued;

    BatchedWriter(AbstractIoUringStreamChannel channel) {
        super(channel);
    }

    @Override
    final void write(ChannelOutboundBuffer in) throws Exception {
        try {
            proceed(in);
        } catch (Errors.NativeIoException e) {
            if (channel.streamRegistration() != null) {
                channel.streamRegistration().failureTold();
            }
            throw e;
        }
    }

    private void proceed(ChannelOutboundBuffer in) throws Exception {
        switch (state) {
            case IDLE:
                if (!sendLater(in)) {
                    super.write(in);
                }
                break;
            case QUEUED:
                if (!mayWait(in) || !takeMore(in)) {
                    if (state == State.QUEUED) {
                        // The loop will ask, and is told nothing.
                        forget();
                    }
                    super.write(in);
                }
                break;
            case ALL_SENT:
            case PART_SENT:
                if (conclude(in)) {
                    super.write(in);
                }
                break;
            case SETTLING:
                super.write(in);
                break;
            default:
                // The loop tells in a moment what has become of what is before this.
                break;
        }
    }

    /** How much of what the channel's buffer counts as pending would have been sent by now without the loop. */
    final int leftToLoop() {
        return state == State.QUEUED || state == State.TELLING ? queued.pendingBytes() : 0;
    }

    /** Nothing is left to the loop any more. */
    private void forget() {
        state = State.IDLE;
        queued.recycle();
        queued = null;
    }

    private boolean mayWait(ChannelOutboundBuffer in) {
        // A flush of a channel that has become unwritable is expected to make it writable at once, if there is room.
        return in.isWritable() && in.totalPendingWriteBytes() <= MAX_BYTES && !channel.wants(EpollIoOps.EPOLLOUT);
    }

    private boolean sendLater(ChannelOutboundBuffer in) {
        StreamRegistration registration = channel.streamRegistration();
        if (registration == null || !registration.maySendLater() || !mayWait(in)) {
            return false;
        }
        QueuedMessages messages = QueuedMessages.of(in);
        if (messages == null) {
            return false;
        }
        // It is ready for it: nothing but references was taken since it was asked.
        registration.sendLater();
        queued = messages;
        state = State.QUEUED;
        return true;
    }

    /** @return whether what was flushed now can wait as well */
    private boolean takeMore(ChannelOutboundBuffer in) throws Exception {
        int bytes = queued.bytes();
        try {
            return queued.addFlushed();
        } catch (Throwable t) {
            // One has been released too often. Where it is written its channel hears of it; what was flushed before it
            // would be through by now.
            writeBefore(in, bytes);
            return false;
        }
    }

    private void writeBefore(ChannelOutboundBuffer in, int bytes) throws Exception {
        forget();
        int left = bytes;
        while (left > 0 && channel.socket.isOpen()) {
            int before = ((ByteBuf) in.current()).readableBytes();
            if (writeOne(in, in.current()) == FULL) {
                return;
            }
            left -= before;
        }
    }

    /** See {@link io.pollring.loop.StreamHandle#prepareSend}. */
    final void prepareSend(SendRequest request) throws Exception {
        if (state != State.QUEUED) {
            return;
        }
        ChannelOutboundBuffer in = queued.buffer();
        ByteBuf first = (ByteBuf) in.current();
        if (in.size() == 1 && first.hasMemoryAddress()) {
            request.send(first.memoryAddress() + first.readerIndex(), first.readableBytes());
            state = State.PREPARED;
        } else if (request.canGather()) {
            IovArray iovecs = request.iovecs();
            int start = iovecs.count();
            long bytes = iovecs.size();
            iovecs.maxBytes(bytes + MAX_BYTES);
            in.forEachFlushedMessage(iovecs);
            if (iovecs.count() > start) {
                request.gather(start, (int) (iovecs.size() - bytes));
                state = State.PREPARED;
            }
        }
    }

    /** See {@link io.pollring.loop.StreamHandle#sent}. */
    final void sent(int result, boolean complete) {
        if (state == State.QUEUED) {
            // It could not be sent, for want of memory or of a ring, say.
            settle();
            return;
        }
        if (state != State.PREPARED) {
            return;
        }
        ChannelOutboundBuffer in = queued.buffer();
        state = complete ? State.ALL_SENT : State.PART_SENT;
        queued.sent(result);
        // As when the socket has become writable: promises, errors and what is to be written next are dealt with there.
        channel.flushNow();
        if (state == State.ALL_SENT || state == State.PART_SENT) {
            // The channel is closing, and has let go of the buffer.
            try {
                removeSent(in);
            } catch (IOException e) {
                fail(in, e);
            }
        }
    }

    /** @return whether the socket has taken all, so that there may be more to write */
    private boolean conclude(ChannelOutboundBuffer in) throws IOException {
        boolean all = state == State.ALL_SENT;
        removeSent(in);
        if (channel.isGone()) {
            return false;
        }
        if (!all) {
            channel.want(EpollIoOps.EPOLLOUT);
        }
        return all;
    }

    /** @throws IOException what the socket has failed with */
    private void removeSent(ChannelOutboundBuffer in) throws IOException {
        boolean all = state == State.ALL_SENT;
        int result = queued.result();
        queued.giveBack();
        if (all) {
            state = State.TELLING;
            tell(in, result);
        }
        forget();
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
    private void tell(ChannelOutboundBuffer in, int bytes) {
        for (int left = bytes; left > 0 && in.current() instanceof ByteBuf;) {
            int length = ((ByteBuf) in.current()).readableBytes();
            in.removeBytes(Math.min(length, left));
            left -= length;
            queued.told(length + ENTRY_BYTES);
        }
    }

    /**
     * Writes at once what was left to the loop: what comes next must not overtake it, as the end of the stream would, or
     * the channel is about to close, to end its output, or to leave the loop.
     */
    final void settle() {
        switch (state) {
            case QUEUED:
                ChannelOutboundBuffer in = queued.buffer();
                forget();
                if (channel.unsafe().outboundBuffer() == in) {
                    // A promise's listener may flush more while this is written, which only Netty's flush can bear.
                    state = State.SETTLING;
                    try {
                        channel.flushNow();
                    } finally {
                        if (state == State.SETTLING) {
                            state = State.IDLE;
                        }
                    }
                } else {
                    writeDetached(in);
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
    final void beforeWrite(Object message) {
        if (state != State.QUEUED || size(message) < queued.buffer().bytesBeforeUnwritable()) {
            return;
        }
        settle();
        if (channel.unsafe().outboundBuffer() == null) {
            // As any other write now fails.
            ChannelPromise failed = channel.newPromise();
            channel.unsafe().write(Unpooled.EMPTY_BUFFER, failed);
            PlatformDependent.throwException(failed.cause());
        }
    }

    /** What the water marks count for a message; all there is where the user has an opinion of his own. */
    private long size(Object message) {
        if (channel.config().getMessageSizeEstimator() != DefaultMessageSizeEstimator.DEFAULT) {
            return Long.MAX_VALUE;
        }
        if (message instanceof ByteBuf) {
            return (long) ((ByteBuf) message).readableBytes() + ENTRY_BYTES;
        }
        return ENTRY_BYTES;
    }

    /** The channel is closing, or ending its output, and has let go of the buffer. */
    private void writeDetached(ChannelOutboundBuffer in) {
        try {
            super.write(in);
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
