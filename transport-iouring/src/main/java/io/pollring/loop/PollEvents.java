/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoOps;
import io.pollring.ring.Abi;

/**
 * One event object for each mask that a poll can answer, so that none is allocated when it fires. Netty's own table has
 * only five masks.
 */
public final class PollEvents {
    private static final int LOW_BITS = Abi.POLLIN | Abi.POLLPRI | Abi.POLLOUT | Abi.POLLERR | Abi.POLLHUP;
    /** Moves POLLRDHUP next to the low bits. */
    private static final int RDHUP_SHIFT = Integer.numberOfTrailingZeros(Abi.POLLRDHUP)
            - Integer.bitCount(LOW_BITS);
    private static final int RDHUP_INDEX = Abi.POLLRDHUP >>> RDHUP_SHIFT;
    private static final int KNOWN_BITS = LOW_BITS | Abi.POLLRDHUP;
    private static final PollEvent[] EVENTS = new PollEvent[LOW_BITS + RDHUP_INDEX + 1];

    static {
        for (int i = 0; i < EVENTS.length; i++) {
            EVENTS[i] = new PollEvent(i & LOW_BITS | (i & RDHUP_INDEX) << RDHUP_SHIFT);
        }
    }

    private PollEvents() { }

    /** The event of that mask, whose {@link EpollIoEvent#ops()} may be wanted as well. */
    public static EpollIoEvent of(int mask) {
        if ((mask & ~KNOWN_BITS) != 0) {
            // Priority bands and the like: only a handle that asked for them can get them.
            return new PollEvent(mask);
        }
        return EVENTS[mask & LOW_BITS | (mask & Abi.POLLRDHUP) >>> RDHUP_SHIFT];
    }

    private static final class PollEvent implements EpollIoEvent {
        private final EpollIoOps ops;

        PollEvent(int mask) {
            ops = EpollIoOps.valueOf(mask);
        }

        @Override
        public EpollIoOps ops() {
            return ops;
        }

        @Override
        public String toString() {
            return "PollEvent(" + ops + ')';
        }
    }
}
