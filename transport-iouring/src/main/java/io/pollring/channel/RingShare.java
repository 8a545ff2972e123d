/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.pollring.loop.LoopSettings;

import java.util.concurrent.atomic.AtomicLong;

/** Which of a factory's loops get a ring, if not all are to. They are spread evenly, so that a few loops suffice. */
final class RingShare {
    private static final int ALL = 100;

    private final int percent;
    private final AtomicLong loops = new AtomicLong();

    RingShare(int percent) {
        this.percent = percent;
    }

    /** What the next loop is built with. May be called by any thread. */
    LoopSettings next(LoopSettings settings) {
        long before = loops.getAndIncrement();
        if ((before + 1) * percent / ALL > before * percent / ALL) {
            return settings;
        }
        return settings.withoutRing(new IllegalStateException(
                "only " + percent + " % of the loops are to get a ring (ringPercent)"));
    }
}
