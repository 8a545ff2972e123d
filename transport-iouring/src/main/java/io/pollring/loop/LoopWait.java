/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.IoHandlerContext;
import io.netty.util.IntSupplier;
import io.pollring.ring.Ring;
import io.pollring.ring.RingException;

/**
 * The first half of a turn: brings interest to the kernel, waits where there is nothing else to do, and collects. What has
 * come is delivered by {@link PollLoop}. As an {@link IntSupplier}, which select strategies are given, it does not wait.
 *
 * <p>Belongs to the loop's thread.
 */
final class LoopWait implements IntSupplier {
    private final Poller poller;
    private final EventDelivery delivery;
    private final LoopRing loopRing;
    private final InternalPolls internalPolls;
    private final Waker waker;
    private final LoopTimer timer;
    private final AdaptiveWatch watch;

    LoopWait(Poller poller, LoopRing loopRing, InternalPolls internalPolls, Waker waker, LoopTimer timer,
             AdaptiveWatch watch) {
        this.poller = poller;
        delivery = poller.delivery();
        this.loopRing = loopRing;
        this.internalPolls = internalPolls;
        this.waker = waker;
        this.timer = timer;
        this.watch = watch;
    }

    @Override
    public int get() throws RingException {
        poller.quiet().sweepIfDue();
        return collectNow();
    }

    /** The loop begins to run. */
    void start() {
        watch.start();
    }

    /** The loop ends. */
    void close() {
        watch.close();
    }

    /** @return how many completions came, or whether something is to be told */
    int collectNow() throws RingException {
        settlePostponed();
        return collect();
    }

    private int collect() throws RingException {
        poller.reify();
        Ring ring = loopRing.get();
        if (ring == null) {
            // A ring that was lost may have left sends that nobody was told of.
            boolean told = poller.sends().tellAll();
            poller.completions().collectEpollEvents(0);
            return told || delivery.isPending() ? 1 : 0;
        }
        int count = ring.submitNow();
        collected(ring);
        // What its sending has led to counts as well.
        return poller.sends().tellAll() ? Math.max(count, 1) : count;
    }

    /** Collects without a sleep until there is something to do. */
    void busyWait(IoHandlerContext context) throws RingException {
        do {
            poller.quiet().sweepIfDue();
            collectNow();
            Thread.onSpinWait();
        } while (!delivery.isPending() && context.canBlock());
    }

    /** Collects what has come, or will come next, unless there is something else to do. */
    void await(IoHandlerContext context) throws RingException {
        poller.quiet().sweepIfDue();
        settlePostponed();
        // First, because it may collect; and a task that it makes other threads' wake-ups carry must be seen below.
        poller.reify();
        Ring before = loopRing.get();
        if (before != null) {
            // What cancellations, and a full queue, have met on their way.
            collected(before);
        }
        if (loopRing.get() != before || delivery.isPending() || poller.hasDirty() || poller.queues().hasPostponed()) {
            collect();
            return;
        }
        boolean watches = before != null && watch.isWorthwhile();
        if (watches) {
            waker.prepareToWatch();
        } else {
            waker.prepareToSleep();
        }
        try {
            if (!context.canBlock() || !setTimer(context)) {
                collectNow();
            } else if (before == null) {
                poller.completions().collectEpollEvents(-1);
            } else {
                waitFor(before, watches);
            }
        } finally {
            waker.awake();
        }
    }

    private void settlePostponed() {
        if (poller.queues().hasPostponed()) {
            Ring ring = loopRing.get();
            poller.queues().settlePostponed(ring != null && ring.hasCompletions());
        }
    }

    private void waitFor(Ring ring, boolean watches) throws RingException {
        long startNanos = watch.begin();
        if (watches && !watchAndFallAsleep(ring, startNanos)) {
            ring.submitNow();
        } else {
            ring.submitAndWait();
        }
        watch.end(startNanos, watches);
        collected(ring);
    }

    /** @return whether nothing has come, and the loop is to sleep */
    private boolean watchAndFallAsleep(Ring ring, long startNanos) throws RingException {
        // What is to be submitted must be there to complete. A completion of any kind ends the wait, the timer's for one.
        return ring.submitNow() == 0 && watch.passes(ring, waker, startNanos) && waker.sleepInstead();
    }

    /** @return whether the loop may wait */
    private boolean setTimer(IoHandlerContext context) {
        QuietReceives quiet = poller.quiet();
        boolean waits = timer.prepare(context, quiet.isScheduled() ? quiet.dueNanos() : LoopTimer.NEVER);
        if (!waits) {
            quiet.lookNow();
        }
        return waits;
    }

    /** What a ring has told of beside completions of registrations. */
    void collected(Ring ring) throws RingException {
        if (internalPolls.takeEpollReady()) {
            poller.completions().collectEpollEvents(0);
        }
        if (ring.hasLost()) {
            loopRing.completionsWereLost();
        }
    }
}
