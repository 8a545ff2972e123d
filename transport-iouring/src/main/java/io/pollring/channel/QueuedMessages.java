/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.IovArray;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.internal.PlatformDependent;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/**
 * Walks the flushed messages of a channel that are left to the loop: takes a reference to each, gathers their bytes, and
 * gives the references back. Whoever writes a message must not release it, but many do: where it is sent at once they
 * are told when they do, and no more comes of it. Here the memory would be another connection's before it is sent.
 *
 * <p>Belongs to one thread.
 */
final class QueuedMessages implements ChannelOutboundBuffer.MessageProcessor {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(QueuedMessages.class);
    private static final FastThreadLocal<QueuedMessages> WALKER = new FastThreadLocal<QueuedMessages>() {
        @Override
        protected QueuedMessages initialValue() {
            return new QueuedMessages();
        }
    };

    private enum Task { TAKE, GATHER, GIVE }

    private Task task;
    /** Messages before this one are passed over. */
    private int from;
    /** There are, or may be, no more than so many. */
    private int to;
    private int seen;
    private boolean stopped;
    private int maxBytes;
    private long bytes;
    private IovArray iovecs;

    private QueuedMessages() { }

    /**
     * Takes a reference to each flushed message but the first {@code known}, which have theirs.
     *
     * @param max      how many messages there may be in all
     * @param maxBytes how many bytes each may have
     * @return how many there are in all, or -1 if one of them is larger, or must not wait; then none is taken
     * @throws RuntimeException if a message has been released too often; then none is taken
     */
    static int take(ChannelOutboundBuffer in, int known, int max, int maxBytes) {
        if (known == 0 && in.size() == 1) {
            return takeOnly(in.current(), maxBytes);
        }
        QueuedMessages walker = WALKER.get();
        walker.maxBytes = maxBytes;
        boolean success = false;
        try {
            walker.walk(Task.TAKE, in, known, max);
            success = !walker.stopped;
        } finally {
            if (!success && walker.seen > known) {
                walker.walk(Task.GIVE, in, known, walker.seen);
            }
        }
        return success ? walker.seen : -1;
    }

    /** One message is what there is mostly. */
    private static int takeOnly(Object message, int maxBytes) {
        if (message == Unpooled.EMPTY_BUFFER || !mayWait(message, maxBytes)) {
            return -1;
        }
        take((ByteBuf) message);
        return 1;
    }

    /**
     * Adds the bytes of the first {@code count} flushed messages.
     *
     * @return whether there was room for all
     */
    static boolean gather(ChannelOutboundBuffer in, int count, IovArray iovecs) {
        QueuedMessages walker = WALKER.get();
        walker.iovecs = iovecs;
        try {
            walker.walk(Task.GATHER, in, 0, count);
        } finally {
            walker.iovecs = null;
        }
        return walker.seen == count;
    }

    /**
     * Gives the references to the first {@code count} flushed messages back.
     *
     * @return how many bytes they have
     */
    static long give(ChannelOutboundBuffer in, int count) {
        if (count == 1 && in.current() instanceof ByteBuf && in.current() != Unpooled.EMPTY_BUFFER) {
            ByteBuf message = (ByteBuf) in.current();
            int length = message.readableBytes();
            give(message);
            return length;
        }
        QueuedMessages walker = WALKER.get();
        walker.walk(Task.GIVE, in, 0, count);
        return walker.bytes;
    }

    private void walk(Task task, ChannelOutboundBuffer in, int from, int to) {
        this.task = task;
        this.from = from;
        this.to = to;
        seen = 0;
        stopped = false;
        bytes = 0;
        try {
            in.forEachFlushedMessage(this);
        } catch (Exception e) {
            PlatformDependent.throwException(e);
        }
    }

    @Override
    public boolean processMessage(Object message) throws Exception {
        // Stands for what was cancelled before it was flushed, too, and has no count.
        if (message == Unpooled.EMPTY_BUFFER) {
            return true;
        }
        if (seen >= from) {
            if (seen == to || task == Task.TAKE && !mayWait(message, maxBytes)) {
                stopped = true;
                return false;
            }
            if (!process((ByteBuf) message)) {
                return false;
            }
        }
        seen++;
        return true;
    }

    private boolean process(ByteBuf message) throws Exception {
        switch (task) {
            case TAKE:
                take(message);
                return true;
            case GATHER:
                return iovecs.processMessage(message);
            default:
                bytes += message.readableBytes();
                give(message);
                return true;
        }
    }

    /** The parts of a composite have counts of their own, and may be released behind its back. */
    private static boolean mayWait(Object message, int maxBytes) {
        if (!(message instanceof ByteBuf)) {
            return false;
        }
        ByteBuf buffer = (ByteBuf) message;
        int length = buffer.readableBytes();
        return length > 0 && length <= maxBytes && buffer.isContiguous()
                && !(root(buffer) instanceof CompositeByteBuf);
    }

    /** Whose memory it is: a buffer that is derived from it may have a count of its own. */
    private static ByteBuf root(ByteBuf buffer) {
        ByteBuf root = buffer;
        for (ByteBuf next = buffer.unwrap(); next != null; next = next.unwrap()) {
            root = next;
        }
        return root;
    }

    private static void take(ByteBuf message) {
        ByteBuf root = root(message);
        root.retain();
        if (root != message) {
            boolean success = false;
            try {
                message.retain();
                success = true;
            } finally {
                if (!success) {
                    giveOne(root);
                }
            }
        }
    }

    private static void give(ByteBuf message) {
        ByteBuf root = root(message);
        if (root != message) {
            giveOne(root);
        }
        giveOne(message);
    }

    /**
     * Where no other reference is left the message was released too often. Then this one stays, and stands for the one
     * that the outbound buffer has still to give back, so that nobody else gets the memory before that.
     */
    private static void giveOne(ByteBuf buffer) {
        try {
            if (buffer.refCnt() > 1) {
                buffer.release();
            }
        } catch (Throwable t) {
            logger.warn("A message could not be released: {}", buffer, t);
        }
    }
}
