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
    final RingCounters ring = new RingCounters();
    final Counter pollsArmed = new Counter();
    final Counter pollUpdates = new Counter();
    final Counter pollRemoves = new Counter();
    final Counter sends = new Counter();
    final Counter receivesArmed = new Counter();
    final Counter receives = new Counter();
    final Counter receivesStarved = new Counter();
    final Counter spurious = new Counter();
    final Counter stale = new Counter();
    final Counter wakeups = new Counter();
    final Counter timerSets = new Counter();
    final Counter reverts = new Counter();
    final Counter ringsReplaced = new Counter();
    final Counter removalsUnconfirmed = new Counter();
    private final Map<String, Counter> revertsByReason = new ConcurrentHashMap<>();
    private volatile EpollSet epollSet;

    void reverted(String reason) {
        reverts.increment();
        revertsByReason.computeIfAbsent(reason, r -> new Counter()).increment();
    }

    void epollSet(EpollSet epollSet) {
        this.epollSet = epollSet;
    }

    public RingCounters ring() {
        return ring;
    }

    public long pollsArmed() {
        return pollsArmed.get();
    }

    public long pollUpdates() {
        return pollUpdates.get();
    }

    public long pollRemoves() {
        return pollRemoves.get();
    }

    public long sends() {
        return sends.get();
    }

    public long receivesArmed() {
        return receivesArmed.get();
    }

    public long receives() {
        return receives.get();
    }

    public long receivesStarved() {
        return receivesStarved.get();
    }

    public long spurious() {
        return spurious.get();
    }

    public long stale() {
        return stale.get();
    }

    public long wakeups() {
        return wakeups.get();
    }

    public long timerSets() {
        return timerSets.get();
    }

    public long reverts() {
        return reverts.get();
    }

    public long ringsReplaced() {
        return ringsReplaced.get();
    }

    public long removalsUnconfirmed() {
        return removalsUnconfirmed.get();
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
