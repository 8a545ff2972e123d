/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.EpollSet;
import io.pollring.ring.Kernel;
import io.pollring.ring.Ring;
import io.pollring.ring.RingCounters;
import io.pollring.ring.RingFeature;
import io.pollring.ring.SystemKernel;

import java.util.EnumSet;
import java.util.Set;

/**
 * What a loop that is made now would find. That is found out each time: limits change, and so does what loops have left.
 * Only of asking many times at once most is answered as before: the kernel counts a ring against {@code RLIMIT_MEMLOCK}
 * until some time after it is closed, so a trial for each would use up what loops need.
 */
public final class RingTrial {
    /** A closed ring is counted for some 10 ms: of those made here, about one is at a time. */
    private static final long KEPT_NANOS = 100_000_000;

    /** The last one that had a ring, or {@code null}; guarded by the class. */
    private static RingTrial last;

    private final LoopSettings settings;
    private final Set<RingFeature> features;
    private final long nanos = System.nanoTime();

    private RingTrial(LoopSettings settings, Set<RingFeature> features) {
        this.settings = settings;
        this.features = features;
    }

    private boolean answers(LoopSettings asked) {
        return System.nanoTime() - nanos < KEPT_NANOS && settings.hasSameRing(asked);
    }

    /** A loop was made, which may have taken what the last trial found. */
    public static synchronized void forget() {
        last = null;
    }

    /**
     * Makes a ring as a loop with {@code settings} does, and closes it.
     *
     * @return what the ring could do
     * @throws Exception            which says why such a loop would have no ring
     * @throws UnsatisfiedLinkError if a native library is missing
     */
    public static synchronized Set<RingFeature> run(LoopSettings settings) throws Exception {
        if (!settings.ringWanted) {
            throw LoopSettings.switchedOff();
        }
        if (last == null || !last.answers(settings)) {
            last = null;
            last = new RingTrial(settings, tryRing(settings));
        }
        return EnumSet.copyOf(last.features);
    }

    private static Set<RingFeature> tryRing(LoopSettings settings) throws Exception {
        Kernel kernel = SystemKernel.get();
        // An empty epoll set is an fd that can be polled and is not ready.
        try (EpollSet idle = new EpollSet(kernel, io.netty.channel.epoll.Native.sizeofEpollEvent(),
                io.netty.channel.epoll.Native.offsetofEpollData());
             Ring ring = settings.openRing(kernel, settings.cqEntries, new RingCounters(),
                     (userData, result, flags) -> { })) {
            ring.enable(idle.fd());
            return ring.features();
        }
    }
}
