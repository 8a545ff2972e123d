/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.Counter;
import io.pollring.ring.EpollSet;
import io.pollring.ring.RingCounters;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** What one loop counts. Its thread writes, any thread reads. */
public final class LoopMetrics {
    public final RingCounters ring = new RingCounters();
    public final Counter pollsArmed = new Counter();
    public final Counter pollUpdates = new Counter();
    public final Counter pollRemoves = new Counter();
    public final Counter sends = new Counter();
    public final Counter receivesArmed = new Counter();
    public final Counter receives = new Counter();
    public final Counter receivesStarved = new Counter();
    public final Counter receivesQuiet = new Counter();
    public final Counter spurious = new Counter();
    public final Counter stale = new Counter();
    public final Counter wakeups = new Counter();
    public final Counter watchesInTime = new Counter();
    public final Counter watchesGivenUp = new Counter();
    public final Counter timerSets = new Counter();
    public final Counter reverts = new Counter();
    public final Counter ringsReplaced = new Counter();
    public final Counter removalsUnconfirmed = new Counter();
    private final Map<String, Counter> revertsByReason = new ConcurrentHashMap<>();
    private volatile EpollSet epollSet;

    void reverted(String reason) {
        reverts.increment();
        revertsByReason.computeIfAbsent(reason, r -> new Counter()).increment();
    }

    void epollSet(EpollSet epollSet) {
        this.epollSet = epollSet;
    }

    public long epollWaits() {
        EpollSet set = epollSet;
        return set == null ? 0 : set.waits();
    }

    public long epollControls() {
        EpollSet set = epollSet;
        return set == null ? 0 : set.controls();
    }

    /** A sorted copy. */
    public Map<String, Long> revertsByReason() {
        Map<String, Long> copy = new TreeMap<>();
        revertsByReason.forEach((reason, count) -> copy.put(reason, count.get()));
        return copy;
    }
}
