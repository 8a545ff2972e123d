/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.DefaultFileRegion;

import java.io.File;
import java.util.EnumSet;
import java.util.Set;

/** The kinds of messages that a channel is given to write. */
enum Shape {
    POOLED_DIRECT, POOLED_HEAP, UNPOOLED_DIRECT, UNPOOLED_HEAP, DEFAULT, WRAPPED, COMPOSITE, SLICE, DUPLICATE,
    READ_ONLY, FILE_REGION,
    /** Nothing that a channel can write. */
    UNSUPPORTED,
    /** A buffer that was released before: in direct memory, as Netty's channels leak the copies of others. */
    RELEASED;

    private static final Set<Shape> COPIED =
            EnumSet.of(DEFAULT, POOLED_HEAP, UNPOOLED_HEAP, WRAPPED, COMPOSITE, READ_ONLY);

    private static final int MARGIN = 7;

    /** Whether a channel may have to copy it before it is sent. */
    boolean mayBeCopied() {
        return COPIED.contains(this);
    }

    /** What is made is noted in {@code ledger}, so that what is never released can be counted. */
    Object make(ByteBufAllocator channelAllocator, int id, int size, Ledger ledger) {
        switch (this) {
            case POOLED_DIRECT:
                return ledger.note(fill(PooledByteBufAllocator.DEFAULT.directBuffer(size), id, 0, size));
            case POOLED_HEAP:
                return ledger.note(fill(PooledByteBufAllocator.DEFAULT.heapBuffer(size), id, 0, size));
            case UNPOOLED_DIRECT:
                return ledger.note(fill(UnpooledByteBufAllocator.DEFAULT.directBuffer(size), id, 0, size));
            case UNPOOLED_HEAP:
                return ledger.note(fill(UnpooledByteBufAllocator.DEFAULT.heapBuffer(size), id, 0, size));
            case DEFAULT:
                return ledger.note(fill(channelAllocator.buffer(size), id, 0, size));
            case WRAPPED:
                return ledger.note(Unpooled.wrappedBuffer(Pattern.message(id, size)));
            case COMPOSITE:
                return composite(id, size, ledger);
            case SLICE:
                ByteBuf whole = channelAllocator.directBuffer(size + 2 * MARGIN).writeZero(MARGIN);
                ledger.note(fill(whole, id, 0, size).writeZero(MARGIN));
                return whole.slice(MARGIN, size);
            case DUPLICATE:
                return ledger.note(fill(channelAllocator.directBuffer(size), id, 0, size)).duplicate();
            case READ_ONLY:
                return ledger.note(fill(channelAllocator.directBuffer(size), id, 0, size)).asReadOnly();
            case FILE_REGION:
                File file = Pattern.file();
                return ledger.note(new DefaultFileRegion(file, id % Pattern.PERIOD, size));
            case RELEASED:
                ByteBuf released = (ByteBuf) UNPOOLED_DIRECT.make(channelAllocator, id, size, ledger);
                released.release();
                return released;
            default:
                return "not a message";
        }
    }

    private static ByteBuf composite(int id, int size, Ledger ledger) {
        int first = size / 3;
        CompositeByteBuf composite = UnpooledByteBufAllocator.DEFAULT.compositeBuffer();
        composite.addComponent(true,
                ledger.note(fill(PooledByteBufAllocator.DEFAULT.directBuffer(first), id, 0, first)));
        composite.addComponent(true,
                ledger.note(fill(UnpooledByteBufAllocator.DEFAULT.heapBuffer(size - first), id, first, size - first)));
        return ledger.note(composite);
    }

    private static ByteBuf fill(ByteBuf buffer, int id, int from, int size) {
        return buffer.writeBytes(Pattern.message(id + from, size));
    }
}
