/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.pollring.loop.LoopMetrics;

import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * What one event loop has counted since it was made. Every number may be read by any thread at any time and only ever
 * grows; two of them read one after the other need not belong to the same moment.
 */
public final class IoUringMetrics {
    private final LoopMetrics metrics;
    private final BooleanSupplier hasRing;

    IoUringMetrics(LoopMetrics metrics, BooleanSupplier hasRing) {
        this.metrics = metrics;
        this.hasRing = hasRing;
    }

    /** Those of a loop that counts nothing. */
    static IoUringMetrics none() {
        return new IoUringMetrics(new LoopMetrics(), () -> false);
    }

    /** What stays of a loop that has ended: it holds nothing else of it. */
    IoUringMetrics last() {
        boolean last = hasRing.getAsBoolean();
        return new IoUringMetrics(metrics, () -> last);
    }

    /** What the loop waits on, or waited on before it ended. */
    public IoUringBackend backend() {
        return hasRing.getAsBoolean() ? IoUringBackend.RING : IoUringBackend.EPOLL;
    }

    /** Calls of {@code io_uring_enter}. */
    public long enters() {
        return metrics.ring.enters();
    }

    /** Submission queue entries that the kernel has consumed. */
    public long sqes() {
        return metrics.ring.submitted();
    }

    /** Completion queue entries that were collected. */
    public long cqes() {
        return metrics.ring.completed();
    }

    /** Polls that were armed anew. */
    public long pollsArmed() {
        return metrics.pollsArmed.get();
    }

    /** Armed polls whose events were changed, or looked for again, in place. */
    public long pollUpdates() {
        return metrics.pollUpdates.get();
    }

    /** Armed polls that were cancelled. */
    public long pollRemoves() {
        return metrics.pollRemoves.get();
    }

    /** Sends of streams that were made through the ring, of one buffer or of many. */
    public long sends() {
        return metrics.sends.get();
    }

    /** Buffers that the ring has filled with what streams received. */
    public long receives() {
        return metrics.receives.get();
    }

    /** Receives that were armed; each fills buffers until it is cancelled. */
    public long receivesArmed() {
        return metrics.receivesArmed.get();
    }

    /** Receives that the kernel has ended because no buffer was free; they are armed again. */
    public long receivesStarved() {
        return metrics.receivesStarved.get();
    }

    /** Receives that were given up because nothing came for long: see {@link IoUringIoHandlerConfig#setIdleMillis}. */
    public long receivesQuiet() {
        return metrics.receivesQuiet.get();
    }

    /** Completions that had nothing in them that the channel wanted to hear of. */
    public long spuriousCompletions() {
        return metrics.spurious.get();
    }

    /** Completions of polls whose registration was gone. */
    public long staleCompletions() {
        return metrics.stale.get();
    }

    /** How many times the completion queue was found full. Nothing is lost then, but see {@code setCqSize}. */
    public long overflows() {
        return metrics.ring.overflows();
    }

    /**
     * Rings after the loop's first: it went on in another thread, or completions were lost, or it was told to wait on a ring
     * again.
     */
    public long ringsReplaced() {
        return metrics.ringsReplaced.get();
    }

    /** Wake-ups by other threads that reached a sleeping loop. */
    public long wakeups() {
        return metrics.wakeups.get();
    }

    /** Waits that began with a watch, and were over within {@link IoUringIoHandlerConfig#setWatchMicros its bound}. */
    public long watchesInTime() {
        return metrics.watchesInTime.get();
    }

    /** Waits that began with a watch, and went on with a sleep. */
    public long watchesGivenUp() {
        return metrics.watchesGivenUp.get();
    }

    /** Calls of {@code timerfd_settime}. */
    public long timerSets() {
        return metrics.timerSets.get();
    }

    /** Calls of {@code epoll_wait}. */
    public long epollWaits() {
        return metrics.epollWaits();
    }

    /** Calls of {@code epoll_ctl}. */
    public long epollCtls() {
        return metrics.epollControls();
    }

    /** Channels that were handed over from the ring to epoll. */
    public long reverts() {
        return metrics.reverts.get();
    }

    /** {@link #reverts()} by their reason, the name of the error as a rule; a sorted copy. */
    public Map<String, Long> revertsByReason() {
        return metrics.revertsByReason();
    }

    @Override
    public String toString() {
        return "backend=" + backend() + " enters=" + enters() + " sqes=" + sqes() + " cqes=" + cqes()
                + " pollsArmed=" + pollsArmed() + " pollUpdates=" + pollUpdates() + " pollRemoves=" + pollRemoves()
                + " sends=" + sends() + " receives=" + receives() + " receivesArmed=" + receivesArmed()
                + " receivesStarved=" + receivesStarved() + " receivesQuiet=" + receivesQuiet()
                + " spuriousCompletions=" + spuriousCompletions() + " staleCompletions=" + staleCompletions()
                + " overflows=" + overflows() + " ringsReplaced=" + ringsReplaced() + " wakeups=" + wakeups()
                + " watchesInTime=" + watchesInTime() + " watchesGivenUp=" + watchesGivenUp()
                + " timerSets=" + timerSets() + " epollWaits=" + epollWaits() + " epollCtls=" + epollCtls()
                + " reverts=" + reverts() + ' ' + revertsByReason();
    }
}
