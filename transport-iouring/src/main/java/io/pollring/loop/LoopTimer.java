/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.IoHandlerContext;
import io.netty.channel.epoll.Native;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.ring.Errno;

import java.io.IOException;

/**
 * Wakes the loop for its next scheduled task through a timerfd that is watched edge-triggered and never read. It is set
 * only if its expiry would be too late: a task that goes away costs nothing, and an expiry that is too early only makes
 * the loop look at its tasks.
 *
 * <p>Belongs to the loop's thread.
 */
final class LoopTimer {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(LoopTimer.class);
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    /** Of {@link #prepare}: the loop has nothing of its own to wake for. */
    static final long NEVER = Long.MIN_VALUE;
    /** In the time base of no context: later than any deadline. */
    private static final long UNKNOWN = Long.MAX_VALUE;
    /** 68 years; the loop then simply sets the timer again. */
    private static final long MAX_DELAY_NANOS = Integer.MAX_VALUE * NANOS_PER_SECOND;

    private final FileDescriptor timerFd = Native.newTimerFd();
    private final LoopMetrics metrics;
    private boolean armed;
    // Valid while armed: in the time base of IoHandlerContext.deadlineNanos(), if it is known, and of System.nanoTime().
    private long expiryNanos;
    private long systemExpiryNanos;

    LoopTimer(LoopMetrics metrics) {
        this.metrics = metrics;
    }

    int fd() {
        return timerFd.intValue();
    }

    /**
     * Makes sure that the timer expires no later than the context's next deadline, and than the loop's own.
     *
     * @param ownNanos when the loop has something of its own to do, as {@link System#nanoTime()} counts, or {@link #NEVER}
     * @return {@code false} if one of them is due now, so that the loop must not wait
     */
    boolean prepare(IoHandlerContext context, long ownNanos) {
        long deadlineNanos = context.deadlineNanos();
        if ((deadlineNanos == -1 || armed && deadlineNanos - expiryNanos >= 0)
                && (ownNanos == NEVER || armed && ownNanos - systemExpiryNanos >= 0)) {
            return true;
        }
        long nowNanos = System.nanoTime();
        long contextNanos = deadlineNanos == -1 ? MAX_DELAY_NANOS : context.delayNanos(nowNanos);
        long delayNanos = Math.min(contextNanos, MAX_DELAY_NANOS);
        if (ownNanos != NEVER) {
            delayNanos = Math.min(delayNanos, ownNanos - nowNanos);
        }
        if (delayNanos <= 0) {
            return false;
        }
        set(delayNanos);
        armed = true;
        expiryNanos = deadlineNanos == -1 ? UNKNOWN : deadlineNanos - (contextNanos - delayNanos);
        systemExpiryNanos = nowNanos + delayNanos;
        return true;
    }

    private void set(long delayNanos) {
        // Relative: nothing then depends on which clock System.nanoTime() reads.
        int result = io.pollring.ring.Native.timerSet(timerFd.intValue(), delayNanos / NANOS_PER_SECOND,
                delayNanos % NANOS_PER_SECOND);
        if (result < 0) {
            throw new IllegalStateException("timerfd_settime of fd " + timerFd.intValue() + " to " + delayNanos
                    + " ns failed with " + Errno.name(-result));
        }
        metrics.timerSets.increment();
    }

    /** The timer has expired. */
    void expired() {
        armed = false;
    }

    void close() {
        try {
            timerFd.close();
        } catch (IOException e) {
            logger.warn("Could not close the timerfd {}", timerFd, e);
        }
    }
}
