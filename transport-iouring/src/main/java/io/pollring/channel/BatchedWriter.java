/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.IovArray;
import io.pollring.loop.SendBatch;
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
    /** A message that is larger is written at once: the earlier the better, as the time goes into copying. */
    private static final int MAX_MESSAGE_BYTES = 4 * 1024;
    private static final int MAX_BYTES = 64 * 1024;

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
        PART_SENT
    }

    private State state = State.IDLE;
    /** What is being sent from: the channel may have lost it when it hears what was sent. */
    private ChannelOutboundBuffer buffer;
    /** What the loop has told; until then, what {@link #buffer} counts for all that is left to the loop. */
    private int result;

    BatchedWriter(AbstractIoUringStreamChannel channel) {
        super(channel);
    }

    @Override
    final void write(ChannelOutboundBuffer in) throws Exception {
        if (isTold() && !conclude(in)) {
            return;
        }
        if (state == State.QUEUED && !mayWait(in)) {
            // The loop will ask, and is told nothing.
            forget();
        }
        if (state == State.IDLE && !sendLater(in)) {
            super.write(in);
        }
        if (state == State.QUEUED) {
            result = (int) in.totalPendingWriteBytes();
        }
    }

    /** How much of what the channel's buffer counts as pending would have been sent by now without the loop. */
    final int leftToLoop() {
        return state == State.QUEUED ? result : 0;
    }

    private boolean isTold() {
        return state == State.ALL_SENT || state == State.PART_SENT;
    }

    /** Nothing is left to the loop any more. */
    private void forget() {
        state = State.IDLE;
        buffer = null;
    }

    private boolean mayWait(ChannelOutboundBuffer in) {
        Object message = in.current();
        // A flush of a channel that has become unwritable is expected to make it writable at once, if there is room.
        if (!(message instanceof ByteBuf) || !in.isWritable() || channel.wants(EpollIoOps.EPOLLOUT)) {
            return false;
        }
        int bytes = ((ByteBuf) message).readableBytes();
        return bytes > 0 && bytes <= MAX_MESSAGE_BYTES && in.totalPendingWriteBytes() <= MAX_BYTES;
    }

    private boolean sendLater(ChannelOutboundBuffer in) {
        StreamRegistration registration = channel.streamRegistration();
        if (!mayWait(in) || registration == null || !registration.sendLater()) {
            return false;
        }
        state = State.QUEUED;
        buffer = in;
        return true;
    }

    /** See {@link io.pollring.loop.StreamHandle#prepareSend}. */
    final void prepareSend(SendBatch.Request request) {
        if (state != State.QUEUED) {
            return;
        }
        ChannelOutboundBuffer in = buffer;
        ByteBuf first = (ByteBuf) in.current();
        if (in.size() == 1 && first.hasMemoryAddress()) {
            request.send(first.memoryAddress() + first.readerIndex(), first.readableBytes());
        } else if (request.canGather()) {
            IovArray iovecs = request.iovecs();
            int start = iovecs.count();
            long bytes = iovecs.size();
            iovecs.maxBytes(bytes + MAX_BYTES);
            try {
                in.forEachFlushedMessage(iovecs);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            request.gather(start, (int) (iovecs.size() - bytes));
        } else {
            // With the next turn's.
            channel.streamRegistration().sendNextTurn();
            return;
        }
        state = State.PREPARED;
    }

    /** See {@link io.pollring.loop.StreamHandle#sent}. */
    final void sent(int result, boolean complete) {
        if (state != State.QUEUED && state != State.PREPARED) {
            return;
        }
        state = complete ? State.ALL_SENT : State.PART_SENT;
        this.result = result;
        ChannelOutboundBuffer in = buffer;
        // As when the socket has become writable: promises, errors and what is to be written next are dealt with there.
        channel.flushNow();
        if (isTold()) {
            // The channel is closing, and has let go of the buffer.
            concludeDetached(in);
        }
    }

    /** @return whether the socket has taken all, so that there may be more to write */
    private boolean conclude(ChannelOutboundBuffer in) throws IOException {
        boolean all = state == State.ALL_SENT;
        forget();
        if (result <= 0) {
            // Throws, unless it is only that the socket is full.
            Errors.ioResult("send", result);
            channel.want(EpollIoOps.EPOLLOUT);
            return false;
        }
        in.removeBytes(result);
        if (channel.isGone()) {
            return false;
        }
        if (!all) {
            channel.want(EpollIoOps.EPOLLOUT);
        }
        return all;
    }

    private void concludeDetached(ChannelOutboundBuffer in) {
        forget();
        if (in.isEmpty()) {
            return;
        }
        if (result > 0) {
            in.removeBytes(result);
        } else {
            try {
                Errors.ioResult("send", result);
            } catch (IOException e) {
                fail(in, e);
            }
        }
    }

    /** Writes at once what was left to the loop: the channel is about to close, to end its output, or to leave the loop. */
    final void settle() {
        switch (state) {
            case QUEUED:
                ChannelOutboundBuffer in = buffer;
                forget();
                if (channel.unsafe().outboundBuffer() == in) {
                    // A promise's listener may flush more while this is written, which only Netty's flush can bear.
                    channel.flushNow();
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
