/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.pollring.ring.Kernel;
import io.pollring.ring.RingFeature;

/** Makes loops on the kernel of a benchmark's choice. In this package because only it may choose. */
public final class PollLoops {
    /** The defaults of the properties {@code io.pollring.ringSize} and {@code io.pollring.cqSize}. */
    private static final int SQ_ENTRIES = 256;
    private static final int CQ_ENTRIES = 4096;

    private PollLoops() { }

    /** @throws IllegalStateException if there is no ring: what a loop on epoll costs is not the question */
    public static PollLoop onRing(ThreadAwareExecutor executor, HandleAdapter adapter, Kernel kernel) {
        LoopSettings settings = new LoopSettings(SQ_ENTRIES, CQ_ENTRIES, 0, Long.MAX_VALUE, 1, 0, 0, true, true,
                RingFeature.allowedByProperties());
        return new PollLoop(executor, settings, DefaultSelectStrategyFactory.INSTANCE.newSelectStrategy(), adapter,
                kernel, new LoopMemory());
    }
}
