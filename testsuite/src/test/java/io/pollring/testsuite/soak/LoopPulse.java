/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import io.netty.channel.EventLoop;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Knows whether all loops have run since it last asked them. */
final class LoopPulse {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(120);

    private final List<EventLoop> loops;
    private final AtomicInteger missing = new AtomicInteger();
    private long asked = System.nanoTime();

    LoopPulse(List<EventLoop> loops) {
        this.loops = loops;
    }

    void ask() {
        asked = System.nanoTime();
        missing.set(loops.size());
        loops.forEach(loop -> loop.execute(missing::decrementAndGet));
    }

    boolean isAnswered() {
        return missing.get() == 0;
    }

    /** No machine is that slow. */
    boolean isDead() {
        return !isAnswered() && System.nanoTime() - asked > LIMIT_NANOS;
    }
}
