/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.AbstractDerivedByteBuf;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

import java.util.Arrays;

/**
 * The messages of a channel that are left to the loop, with a reference of the loop's own to each. Whoever writes a
 * message must not release it, but many do: where it is sent at once they are told when they do, and no more comes of
 * it. Here the memory would be another connection's before it is sent.
 *
 * <p>A channel has one from a flush until what was flushed is sent; there are a few for each thread.
 */
final class QueuedMessages implements ChannelOutboundBuffer.MessageProcessor {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(QueuedMessages.class);
    private static final int MAX_MESSAGES = 64;
    /** A message that is larger is written at once: the earlier the better, as the time goes into copying. */
    private static final int MAX_MESSAGE_BYTES = 4 * 1024;

    private static final FastThreadLocal<Pool> POOL = new FastThreadLocal<Pool>() {
        @Override
        protected Pool initialValue() {
            return new Pool();
        }
    };

    private ChannelOutboundBuffer buffer;
    /** Those that have a count of their own for one of the messages: the message, and whose memory it is. */
    private ByteBuf[] references = new ByteBuf[4];
    private int referenceCount;
    /** Parts of one buffer share its reference. */
    private ByteBuf lastRoot;
    private int count;
    /** How many bytes the messages have. */
    private int bytes;
    /** What {@link #buffer} counts for all of them that are not told to be sent. */
    private int pendingBytes;
    /** What has become of what was sent: a number of bytes, or {@code -errno}. */
    private int result;
    private int seen;
    private QueuedMessages nextFree;

    private QueuedMessages() { }

    /**
     * Takes references to what was flushed.
     *
     * @return {@code null} if it has to be written at once
     */
    static QueuedMessages of(ChannelOutboundBuffer in) {
        QueuedMessages queued = POOL.get().take();
        queued.buffer = in;
        boolean success = false;
        try {
            // One message is what there is mostly.
            success = in.size() == 1 ? queued.addOnly(in.current()) : queued.addFlushed();
        } catch (Throwable t) {
            // One has been released too often: where it is written its channel hears of it.
            logger.debug("A message cannot be left to the loop", t);
        } finally {
            if (!success) {
                queued.recycle();
            }
        }
        return success ? queued : null;
    }

    private boolean addOnly(Object message) {
        // Stands for what was cancelled before it was flushed, too, and has no count.
        return message != Unpooled.EMPTY_BUFFER && add(message) && settlePending();
    }

    /**
     * Takes references to what was flushed since.
     *
     * @return {@code false} if there is something that must not wait
     * @throws Exception if a message has been released too often
     */
    boolean addFlushed() throws Exception {
        seen = 0;
        buffer.forEachFlushedMessage(this);
        // One that was not added has ended the walk, and was seen.
        return seen == count && count > 0 && settlePending();
    }

    private boolean settlePending() {
        pendingBytes = (int) buffer.totalPendingWriteBytes();
        return true;
    }

    @Override
    public boolean processMessage(Object message) {
        return seen++ < count || add(message);
    }

    private boolean add(Object message) {
        if (count == MAX_MESSAGES || !(message instanceof ByteBuf)) {
            return false;
        }
        ByteBuf added = (ByteBuf) message;
        int length = added.readableBytes();
        ByteBuf root = root(added);
        // The parts of a composite have counts of their own, and may be released behind its back.
        if (length == 0 || length > MAX_MESSAGE_BYTES || !added.isContiguous() || root instanceof CompositeByteBuf) {
            return false;
        }
        if (root != lastRoot) {
            take(root);
            lastRoot = root;
        }
        ByteBuf counted = counted(added);
        if (counted != root) {
            take(counted);
        }
        count++;
        bytes += length;
        return true;
    }

    ChannelOutboundBuffer buffer() {
        return buffer;
    }

    /** How many bytes the messages have. */
    int bytes() {
        return bytes;
    }

    /** How much of what the channel's buffer counts as pending would have been sent by now without the loop. */
    int pendingBytes() {
        return pendingBytes;
    }

    /** So much of that is told to be sent. */
    void told(int bytes) {
        pendingBytes = Math.max(0, pendingBytes - bytes);
    }

    /** What has become of what was sent: a number of bytes, or {@code -errno}. */
    int result() {
        return result;
    }

    void sent(int result) {
        this.result = result;
    }

    /** Gives the references back. */
    void giveBack() {
        for (int i = 0; i < referenceCount; i++) {
            give(references[i]);
            references[i] = null;
        }
        referenceCount = 0;
        lastRoot = null;
    }

    /** The channel needs it no more, and forgets it. */
    void recycle() {
        giveBack();
        buffer = null;
        count = 0;
        bytes = 0;
        pendingBytes = 0;
        POOL.get().add(this);
    }

    /** Whose memory it is: a buffer that is derived from it may have a count of its own. */
    private static ByteBuf root(ByteBuf buffer) {
        ByteBuf root = buffer;
        for (ByteBuf next = buffer.unwrap(); next != null; next = next.unwrap()) {
            root = next;
        }
        return root;
    }

    /** Whose count is that of {@code buffer}. */
    @SuppressWarnings("deprecation") // It is not to be extended by others.
    private static ByteBuf counted(ByteBuf buffer) {
        ByteBuf counted = buffer;
        while (counted instanceof AbstractDerivedByteBuf) {
            counted = counted.unwrap();
        }
        return counted;
    }

    private void take(ByteBuf counted) {
        if (referenceCount == references.length) {
            references = Arrays.copyOf(references, 2 * referenceCount);
        }
        counted.retain();
        references[referenceCount++] = counted;
    }

    /**
     * Where no other reference is left the message was released too often. Then this one stays, and stands for the one
     * that the outbound buffer has still to give back, so that nobody else gets the memory before that.
     */
    private static void give(ByteBuf buffer) {
        try {
            if (buffer.refCnt() > 1) {
                buffer.release();
            }
        } catch (Throwable t) {
            logger.warn("A message could not be released: {}", buffer, t);
        }
    }

    /** Those that no channel of a thread has. */
    private static final class Pool {
        private QueuedMessages first;

        QueuedMessages take() {
            QueuedMessages taken = first;
            if (taken == null) {
                return new QueuedMessages();
            }
            first = taken.nextFree;
            taken.nextFree = null;
            return taken;
        }

        void add(QueuedMessages queued) {
            queued.nextFree = first;
            first = queued;
        }
    }
}
