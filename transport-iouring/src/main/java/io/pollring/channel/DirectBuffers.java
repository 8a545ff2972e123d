/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.ReferenceCountUtil;

/** Buffers that a system call can read: those in direct memory. */
final class DirectBuffers {
    private DirectBuffers() { }

    /**
     * A copy of {@code buffer}'s readable bytes in direct memory.
     *
     * @param holder what is released in exchange: {@code buffer}, or what holds it
     */
    static ByteBuf copy(ByteBufAllocator allocator, Object holder, ByteBuf buffer) {
        int length = buffer.readableBytes();
        if (length == 0) {
            ReferenceCountUtil.safeRelease(holder);
            return Unpooled.EMPTY_BUFFER;
        }
        ByteBuf direct = allocator.isDirectBufferPooled() ? null : ByteBufUtil.threadLocalDirectBuffer();
        if (direct == null) {
            direct = allocator.directBuffer(length);
        }
        try {
            direct.writeBytes(buffer, buffer.readerIndex(), length);
        } catch (Throwable t) {
            // Its user has released the buffer before.
            direct.release();
            throw t;
        }
        ReferenceCountUtil.safeRelease(holder);
        return direct;
    }
}
