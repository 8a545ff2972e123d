/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

import java.util.Random;

/**
 * What the bytes of a direction are. Each depends on its position and on whose direction it is, so that one that is
 * lost, doubled, misplaced or another connection's shows. Random bytes, repeated after a prime number that no buffer's
 * size is a multiple of.
 */
final class BytePattern {
    private static final int PERIOD = 65_521;
    /** Twice, so that a period can be taken from anywhere in the first. */
    private static final ByteBuf TABLE = table();

    private final int offset;

    BytePattern(long id, boolean fromClient) {
        offset = (int) Math.floorMod(id * 7919 + (fromClient ? 0 : 31_337), (long) PERIOD);
    }

    private static ByteBuf table() {
        byte[] bytes = new byte[2 * PERIOD];
        new Random(PERIOD).nextBytes(bytes);
        System.arraycopy(bytes, 0, bytes, PERIOD, PERIOD);
        return Unpooled.wrappedBuffer(bytes);
    }

    /** Appends the bytes from {@code position} on. */
    void write(ByteBuf buffer, long position, int length) {
        for (int done = 0; done < length;) {
            int count = Math.min(length - done, PERIOD);
            buffer.writeBytes(TABLE, start(position + done), count);
            done += count;
        }
    }

    /** @return the index in {@code bytes}, from its reader's on, of the first that is not as it should be; else -1 */
    int firstWrong(ByteBuf bytes, long position) {
        int length = bytes.readableBytes();
        for (int done = 0; done < length;) {
            int count = Math.min(length - done, PERIOD);
            if (!ByteBufUtil.equals(bytes, bytes.readerIndex() + done, TABLE, start(position + done), count)) {
                return indexOfWrong(bytes, position);
            }
            done += count;
        }
        return -1;
    }

    private int indexOfWrong(ByteBuf bytes, long position) {
        int i = 0;
        while (bytes.getByte(bytes.readerIndex() + i) == TABLE.getByte(start(position + i))) {
            i++;
        }
        return i;
    }

    private int start(long position) {
        return (int) ((position + offset) % PERIOD);
    }
}
