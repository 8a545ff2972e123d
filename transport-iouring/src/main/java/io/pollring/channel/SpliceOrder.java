/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.ChannelPromise;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.internal.ObjectUtil;

import java.io.IOException;

/**
 * What a user wants spliced to where: so many bytes, or {@link Integer#MAX_VALUE} for all that come.
 *
 * <p>Belongs to the loop of the channel that splices.
 */
abstract class SpliceOrder {
    private final ChannelPromise promise;
    private int left;

    SpliceOrder(int length, ChannelPromise promise) {
        this.promise = promise;
        left = length;
    }

    /** @throws IllegalArgumentException if the channels are not registered with the same loop */
    static SpliceOrder toChannel(AbstractIoUringStreamChannel source, AbstractIoUringStreamChannel target, int length,
                                 ChannelPromise promise) {
        if (target.eventLoop() != source.eventLoop()) {
            throw new IllegalArgumentException("the channels are registered with different loops");
        }
        ObjectUtil.checkPositiveOrZero(length, "length");
        return new ToChannel(target, length, ObjectUtil.checkNotNull(promise, "promise"));
    }

    static SpliceOrder toFile(FileDescriptor file, int offset, int length, ChannelPromise promise) {
        ObjectUtil.checkNotNull(file, "file");
        ObjectUtil.checkPositiveOrZero(length, "length");
        ObjectUtil.checkPositiveOrZero(offset, "offset");
        return new ToFile(file, offset, length, ObjectUtil.checkNotNull(promise, "promise"));
    }

    /** How many bytes have still to be read. */
    final int left() {
        return left;
    }

    /** So many of them were read. */
    final void filled(int bytes) {
        if (left != Integer.MAX_VALUE) {
            left -= bytes;
        }
    }

    final boolean isComplete() {
        return left == 0;
    }

    /** Whether nothing more is to be done: it was cancelled, or there was nothing to do from the beginning. */
    final boolean isOver() {
        if (isComplete()) {
            succeed();
        }
        return promise.isDone();
    }

    // A promise that its user has cancelled, or completed, stays as it is.

    final void succeed() {
        promise.trySuccess();
    }

    final void fail(Throwable cause) {
        promise.tryFailure(cause);
    }

    /** Empties {@code pipe}, now or later, and tells {@code splicer} when that is done. */
    abstract void deliver(Splicer splicer, SplicePipe pipe, int bytes);

    /** To another channel of the same loop. */
    static final class ToChannel extends SpliceOrder {
        private final AbstractIoUringStreamChannel target;

        private ToChannel(AbstractIoUringStreamChannel target, int length, ChannelPromise promise) {
            super(length, promise);
            this.target = target;
        }

        @Override
        void deliver(Splicer splicer, SplicePipe pipe, int bytes) {
            if (!target.eventLoop().inEventLoop()) {
                splicer.deliveryFailed(this, new IllegalStateException(target + " has moved to another loop"));
                return;
            }
            // Behind what the target has to write already; and not through its pipeline, which could not use it. The
            // user's own promise must not be cancelled with the bytes in the pipe.
            ChannelPromise delivery = target.newPromise();
            delivery.addListener(future -> splicer.deliveryDone(this, delivery));
            target.unsafe().write(new SplicedBytes(pipe, bytes), delivery);
            target.unsafe().flush();
        }
    }

    /** To a file. */
    static final class ToFile extends SpliceOrder {
        private final FileDescriptor file;
        private long offset;

        private ToFile(FileDescriptor file, int offset, int length, ChannelPromise promise) {
            super(length, promise);
            this.file = file;
            this.offset = offset;
        }

        @Override
        void deliver(Splicer splicer, SplicePipe pipe, int bytes) {
            try {
                pipe.drainTo(file, offset, bytes);
            } catch (IOException e) {
                splicer.deliveryFailed(this, e);
                return;
            }
            offset += bytes;
            splicer.delivered(this);
        }
    }
}
