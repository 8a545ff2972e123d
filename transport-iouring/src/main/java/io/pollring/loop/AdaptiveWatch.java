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
 * <p>Waits may be short only as long as the loop sleeps in them: a client on the same processor has it at once then, and is
 * moved to another one by a loop that goes on using it. So each watch that is given up when few before it were in time has
 * twice as many short waits needed until the next, for two thousand waits or until many were in time.
 *
 * <p>Not for a loop that a user runs or times himself, and not where whoever is to end the wait may need the processor: with
 * fewer than two when the loop is made, or with a quota of processor time; or while more loops run than there are
 * processors.
 *
 * <p>Belongs to the loop's thread, but for the number of loops.
 */
final class AdaptiveWatch {
    /** The loops of this process that run and may watch. */
    private static final AtomicInteger LOOPS = new AtomicInteger();
    private static final int LONG_WAIT = -4;
    /** How many short waits make a watch worthwhile: at first, and after failures. */
    private static final int MIN_NEEDED = 8;
    private static final int MAX_NEEDED = 64;
    /** So many watches in time are worth one that is given up. */
    private static final int WORTH_A_FAILURE = 8;
    private static final int WORTH_ALL_FAILURES = 64;
    private static final int WAITS_TO_FORGET_A_FAILURE = 2048;
    /** Looking at the clock takes as long as some looks at the memory. */
    private static final int LOOKS_BEFORE_CLOCK = 8;

    private final long maxNanos;
    private final LoopMetrics metrics;
    /** With more loops than this none watches. */
    private final int maxLoops;
    private boolean started;
    private int score;
    private int needed = MIN_NEEDED;
    /** Watches that were in time since one was given up. */
    private int inTimeInARow;
    private int waitsSinceFailure;

    AdaptiveWatch(long maxNanos, int maxLoops, LoopMetrics metrics) {
        this.maxNanos = maxNanos;
        this.maxLoops = maxLoops;
        this.metrics = metrics;
    }

    /** The loop begins to run. One that never does, as its group could not be made, is in nobody's way. To be called once. */
    void start() {
        if (maxNanos > 0) {
            started = true;
            LOOPS.incrementAndGet();
        }
    }

    /** Asked by who makes the loop: a loop whose own thread is kept on one processor sees one, and must not read files. */
    private static int maxLoops() {
        int processors = Runtime.getRuntime().availableProcessors();
        return processors < 2 ? 0 : maxLoops(processors, Quota.IS_LIMITED);
    }

    static int maxLoops(int processors, boolean limited) {
        return processors < 2 || limited ? 0 : processors;
    }

    static AdaptiveWatch of(LoopSettings settings, ThreadAwareExecutor executor, SelectStrategy strategy,
                            LoopMetrics metrics) {
        boolean ours = !(executor instanceof ManualIoEventLoop)
                && strategy == DefaultSelectStrategyFactory.INSTANCE.newSelectStrategy();
        int maxLoops = ours && settings.watchNanos > 0 ? maxLoops() : 0;
        return new AdaptiveWatch(maxLoops > 0 ? settings.watchNanos : 0, maxLoops, metrics);
    }

    /** The loop ends, and needs no processor any more. */
    void close() {
        if (started) {
            started = false;
            LOOPS.decrementAndGet();
        }
    }

    /** Whether the next wait is to begin with a watch. */
    boolean isWorthwhile() {
        return score >= needed && LOOPS.get() <= maxLoops;
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
        end(System.nanoTime() - startNanos <= maxNanos, watched);
    }

    void end(boolean inTime, boolean watched) {
        score = inTime ? Math.min(score + 1, needed + MIN_NEEDED) : Math.max(score + LONG_WAIT, 0);
        if (needed > MIN_NEEDED && ++waitsSinceFailure == WAITS_TO_FORGET_A_FAILURE) {
            needed /= 2;
            waitsSinceFailure = 0;
        }
        if (!watched) {
            return;
        }
        if (inTime) {
            metrics.watchesInTime.increment();
            if (++inTimeInARow == WORTH_ALL_FAILURES) {
                needed = MIN_NEEDED;
            }
        } else {
            metrics.watchesGivenUp.increment();
            if (inTimeInARow < WORTH_A_FAILURE) {
                fail();
            }
            inTimeInARow = 0;
        }
    }

    private void fail() {
        score = 0;
        needed = Math.min(2 * needed, MAX_NEEDED);
        waitsSinceFailure = 0;
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

    /** Found out by who makes the first loop, and once: that reads some files, and there may be a hundred loops. */
    private static final class Quota {
        static final boolean IS_LIMITED = ProcessorQuota.isLimited();

        private Quota() { }
    }
}
