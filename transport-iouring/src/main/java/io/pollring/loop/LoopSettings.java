/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.CompletionHandler;
import io.pollring.ring.Kernel;
import io.pollring.ring.Ring;
import io.pollring.ring.RingCounters;
import io.pollring.ring.RingException;
import io.pollring.ring.RingFeature;

import java.util.EnumSet;
import java.util.Set;

/** What a loop is built with; immutable. */
public final class LoopSettings {
    final int sqEntries;
    final int cqEntries;
    final int maxEvents;
    final long sendDelayNanos;
    final int batchFrom;
    final long idleNanos;
    final long watchNanos;
    final boolean ringWanted;
    final boolean ringRequired;
    final Set<RingFeature> allowedFeatures;
    /** Why the loop is to have no ring until it is told to wait on one, or {@code null}. */
    private final Exception withheld;

    /**
     * @param sqEntries       the submission queue's entries
     * @param cqEntries       the completion queue's entries
     * @param maxEvents       how many handles are served in one run of the loop, 0 for no limit
     * @param sendDelayNanos  how long handles are served before what some of them have flushed is sent, in nanoseconds
     * @param batchFrom       how many handles have to be ready in a turn for all that they flush to be sent together; with
     *                        fewer each sends by itself what it flushes first
     * @param idleNanos       how long nothing comes for a stream, at least, before it is left with a poll alone, in
     *                        nanoseconds; 0 if it never is
     * @param watchNanos      for how long the loop watches before it sleeps, at most, in nanoseconds; 0 if it does not
     * @param ringWanted      {@code false} to wait on epoll from the start
     * @param ringRequired    whether a loop without a ring is an error
     * @param allowedFeatures the kernel features that may be used
     */
    public LoopSettings(int sqEntries, int cqEntries, int maxEvents, long sendDelayNanos, int batchFrom,
                        long idleNanos, long watchNanos, boolean ringWanted, boolean ringRequired,
                        Set<RingFeature> allowedFeatures) {
        this(sqEntries, cqEntries, maxEvents, sendDelayNanos, batchFrom, idleNanos, watchNanos, ringWanted, ringRequired,
                allowedFeatures, null);
    }

    private LoopSettings(int sqEntries, int cqEntries, int maxEvents, long sendDelayNanos, int batchFrom,
                         long idleNanos, long watchNanos, boolean ringWanted, boolean ringRequired,
                         Set<RingFeature> allowedFeatures, Exception withheld) {
        this.sqEntries = sqEntries;
        this.cqEntries = cqEntries;
        this.maxEvents = maxEvents == 0 ? Integer.MAX_VALUE : maxEvents;
        this.sendDelayNanos = sendDelayNanos;
        this.batchFrom = batchFrom;
        this.idleNanos = idleNanos;
        this.watchNanos = watchNanos;
        this.ringWanted = ringWanted;
        this.ringRequired = ringRequired;
        this.allowedFeatures = EnumSet.noneOf(RingFeature.class);
        this.allowedFeatures.addAll(allowedFeatures);
        this.withheld = withheld;
    }

    /** These settings for a loop that has no ring, for {@code reason}, until it is told to wait on one. */
    public LoopSettings withoutRing(Exception reason) {
        return new LoopSettings(sqEntries, cqEntries, maxEvents, sendDelayNanos, batchFrom, idleNanos, watchNanos,
                ringWanted, ringRequired, allowedFeatures, reason);
    }

    /** Why a loop has no ring from its start, or {@code null} if it is to have one. */
    Exception beginsWithout() {
        return ringWanted ? withheld : switchedOff();
    }

    /** Why there is no ring if none is wanted. */
    static Exception switchedOff() {
        return new UnsupportedOperationException("rings are switched off with -Dio.pollring.noRing=true");
    }

    /** Whether a loop with {@code other} wants such a ring, too. */
    boolean hasSameRing(LoopSettings other) {
        return ringWanted == other.ringWanted && sqEntries == other.sqEntries && cqEntries == other.cqEntries
                && allowedFeatures.equals(other.allowedFeatures);
    }

    /**
     * A ring as these settings want it, but for the size of its completion queue.
     *
     * @throws RingException if the kernel refuses; nothing is left open
     */
    Ring openRing(Kernel kernel, int wishedCqEntries, RingCounters counters, CompletionHandler handler)
            throws RingException {
        return Ring.open(kernel, sqEntries, Math.max(wishedCqEntries, sqEntries), allowedFeatures, counters, handler);
    }
}
