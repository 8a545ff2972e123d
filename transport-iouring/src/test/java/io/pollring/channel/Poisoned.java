/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;

import java.util.concurrent.atomic.AtomicInteger;

/** Overwrites its bytes when it is released, and counts that. */
final class Poisoned extends UnpooledDirectByteBuf {
    private final AtomicInteger count;

    Poisoned(int capacity, AtomicInteger count) {
        super(UnpooledByteBufAllocator.DEFAULT, capacity, capacity);
        this.count = count;
    }

    @Override
    protected void deallocate() {
        setIndex(0, 0);
        for (int i = 0; i < capacity(); i++) {
            _setByte(i, 0xDB);
        }
        count.incrementAndGet();
        super.deallocate();
    }
}
