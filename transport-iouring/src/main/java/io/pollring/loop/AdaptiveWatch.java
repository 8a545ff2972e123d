/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.SelectStrategy;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.pollring.ring.Ring;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether a loop that has nothing to do watches the shared memory of its ring for a while before it sleeps. Falling asleep
 * and being woken takes some 15 microseconds of a processor, and a message that comes while the loop watches is served that
 * much earlier. It is worthwhile only while waits are short, as those of late tell: each wait within the bound counts for it,
 * and each longer one takes away what several have gained, as the kernel does when it polls before it halts a guest.
 *
 * <p>Not for a loop that a user runs or times himself, and not where whoever is to end the wait may need the processor: with
 * fewer than two, or with a quota of processor time, when the loop is made; or with more loops than processors.
 *
 * <p>Belongs to the loop's thread, but for the number of loops.
 */
final class AdaptiveWatch {
    /** The loops of this process that may watch. */
    private static final AtomicInteger LOOPS = new AtomicInteger();
    private static final int LONG_WAIT = -4;
    private static final int MAX_SCORE = 16;
    private static final int WORTHWHILE = 8;
    /** Looking at the clock takes as long as some looks at the memory. */
    private static final int LOOKS_BEFORE_CLOCK = 8;

    private final long maxNanos;
    private final LoopMetrics metrics;
    /** With more loops than this none watches. */
    private final int maxLoops;
    private int score;

    private AdaptiveWatch(long maxNanos, LoopMetrics metrics) {
        this.maxNanos = maxNanos;
        this.metrics = metrics;
        maxLoops = maxNanos > 0 ? maxLoops() : 0;
        if (maxNanos > 0) {
            LOOPS.incrementAndGet();
        }
    }

    /** Asked by who makes the loop: a loop whose own thread is kept on one processor sees one, and must not read files. */
    private static int maxLoops() {
        return maxLoops(Runtime.getRuntime().availableProcessors(), ProcessorQuota.isLimited());
    }

    static int maxLoops(int processors, boolean limited) {
        return processors < 2 || limited ? 0 : processors;
    }

    static AdaptiveWatch of(LoopSettings settings, ThreadAwareExecutor executor, SelectStrategy strategy,
                            LoopMetrics metrics) {
        boolean ours = !(executor instanceof ManualIoEventLoop)
                && strategy == DefaultSelectStrategyFactory.INSTANCE.newSelectStrategy();
        return new AdaptiveWatch(ours ? settings.watchNanos : 0, metrics);
    }

    /** The loop ends, and needs no processor any more. To be called once. */
    void close() {
        if (maxNanos > 0) {
            LOOPS.decrementAndGet();
        }
    }

    /** Whether the next wait is to begin with a watch. */
    boolean isWorthwhile() {
        return score >= WORTHWHILE && LOOPS.get() <= maxLoops;
    }

    /** A wait begins. @return for {@link #end} and {@link #passes} */
    long begin() {
        return maxNanos > 0 ? System.nanoTime() : 0;
    }

    /** A wait is over. */
    void end(long startNanos, boolean watched) {
        if (maxNanos == 0) {
            return;
        }
        boolean inTime = System.nanoTime() - startNanos <= maxNanos;
        score = inTime ? Math.min(score + 1, MAX_SCORE) : Math.max(score + LONG_WAIT, 0);
        if (watched) {
            (inTime ? metrics.watchesInTime : metrics.watchesGivenUp).increment();
        }
    }

    /** Watches until something is to be done. @return whether the time has passed without that */
    boolean passes(Ring ring, Waker waker, long startNanos) {
        do {
            for (int i = 0; i < LOOKS_BEFORE_CLOCK; i++) {
                if (ring.hasCompletions() || !waker.isWatched()) {
                    return false;
                }
                Thread.onSpinWait();
            }
        } while (System.nanoTime() - startNanos < maxNanos);
        return true;
    }
}
