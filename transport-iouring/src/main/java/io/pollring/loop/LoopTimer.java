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
    /** 68 years; the loop then simply sets the timer again. */
    private static final long MAX_DELAY_NANOS = Integer.MAX_VALUE * NANOS_PER_SECOND;

    private final FileDescriptor timerFd = Native.newTimerFd();
    private final LoopMetrics metrics;
    private boolean armed;
    // In the time base of IoHandlerContext.deadlineNanos(); valid while armed.
    private long expiryNanos;

    LoopTimer(LoopMetrics metrics) {
        this.metrics = metrics;
    }

    int fd() {
        return timerFd.intValue();
    }

    /**
     * Makes sure that the timer expires no later than the context's next deadline.
     *
     * @return {@code false} if that is due now, so that the loop must not wait
     */
    boolean prepare(IoHandlerContext context) {
        long deadlineNanos = context.deadlineNanos();
        if (deadlineNanos == -1 || armed && deadlineNanos - expiryNanos >= 0) {
            return true;
        }
        long delayNanos = context.delayNanos(System.nanoTime());
        if (delayNanos <= 0) {
            return false;
        }
        if (delayNanos > MAX_DELAY_NANOS) {
            deadlineNanos -= delayNanos - MAX_DELAY_NANOS;
            delayNanos = MAX_DELAY_NANOS;
        }
        // Relative: nothing then depends on which clock System.nanoTime() reads.
        int result = io.pollring.ring.Native.timerSet(timerFd.intValue(), delayNanos / NANOS_PER_SECOND,
                delayNanos % NANOS_PER_SECOND);
        if (result < 0) {
            throw new IllegalStateException("timerfd_settime of fd " + timerFd.intValue() + " to " + delayNanos
                    + " ns failed with " + Errno.name(-result));
        }
        metrics.timerSets.increment();
        armed = true;
        expiryNanos = deadlineNanos;
        return true;
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
