/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.util.internal.EmptyArrays;
import io.pollring.loop.StreamRegistration;
import io.pollring.ring.Errno;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What a loop had received for a channel, which has not read it when its registration ended: bytes, and perhaps the error
 * behind them. On the heap, which no limit of direct memory touches, and in arrays of just its size.
 */
final class Kept {
    /** In the place of bytes that there was no memory for. Never changes. */
    static final Kept LOST = new Kept();

    static {
        LOST.failure = Errno.ENOMEM;
    }

    private byte[] bytes = EmptyArrays.EMPTY_BYTES;
    private int start;
    private int end;
    /** The number of an error, or 0. */
    private int failure;

    /** @param following how many bytes will be added behind these */
    void add(ByteBuffer more, int following) {
        int count = more.remaining();
        if (end + count > bytes.length) {
            bytes = Arrays.copyOfRange(bytes, start, end + count + following);
            end -= start;
            start = 0;
        }
        more.get(bytes, end, count);
        end += count;
    }

    void fail(int errno) {
        failure = errno;
    }

    /** Whether there is an error behind the bytes: nothing may be added. */
    boolean hasFailed() {
        return failure != 0;
    }

    /** How many bytes there are. */
    int size() {
        return end - start;
    }

    boolean isEmpty() {
        return size() == 0 && failure == 0;
    }

    /** Takes bytes. @return how many */
    int take(ByteBuf target, int index, int length) {
        int count = Math.min(length, size());
        target.setBytes(index, bytes, start, count);
        start += count;
        return count;
    }

    /** @throws IOException the error */
    void checkNotFailed(int fd) throws IOException {
        if (failure == Errno.ENOMEM) {
            throw new IOException("recv of fd " + fd + ": there was no memory for bytes that were received (ENOMEM)");
        }
        if (failure != 0) {
            StreamRegistration.fail(fd, failure);
        }
    }
}
