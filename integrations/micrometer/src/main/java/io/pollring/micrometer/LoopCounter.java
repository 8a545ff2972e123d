/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.micrometer;

import io.pollring.channel.IoUringMetrics;

import java.util.function.ToDoubleFunction;

/** What a loop counts, and how its meter is called: as the method of {@link IoUringMetrics}, with dots. */
enum LoopCounter {
    ENTERS("enters", "calls", "Calls of io_uring_enter", IoUringMetrics::enters),
    SQES("sqes", "entries", "Submission queue entries that the kernel has consumed", IoUringMetrics::sqes),
    CQES("cqes", "entries", "Completion queue entries that were collected", IoUringMetrics::cqes),
    POLLS_ARMED("polls.armed", "polls", "Polls that were armed anew", IoUringMetrics::pollsArmed),
    POLL_UPDATES("poll.updates", "polls", "Armed polls that were changed in place", IoUringMetrics::pollUpdates),
    POLL_REMOVES("poll.removes", "polls", "Armed polls that were cancelled", IoUringMetrics::pollRemoves),
    SENDS("sends", "requests", "Sends of streams through the ring", IoUringMetrics::sends),
    RECEIVES("receives", "buffers", "Buffers that the ring has filled with what streams received",
            IoUringMetrics::receives),
    RECEIVES_ARMED("receives.armed", "requests", "Receives that were armed", IoUringMetrics::receivesArmed),
    RECEIVES_STARVED("receives.starved", "requests", "Receives that the kernel has ended for want of a buffer",
            IoUringMetrics::receivesStarved),
    RECEIVES_QUIET("receives.quiet", "requests", "Receives that were given up because nothing came for long",
            IoUringMetrics::receivesQuiet),
    SPURIOUS_COMPLETIONS("spurious.completions", "entries", "Completions of which the channel wanted nothing",
            IoUringMetrics::spuriousCompletions),
    STALE_COMPLETIONS("stale.completions", "entries", "Completions of polls whose registration was gone",
            IoUringMetrics::staleCompletions),
    OVERFLOWS("overflows", "overflows", "Times that the completion queue was found full", IoUringMetrics::overflows),
    RINGS_REPLACED("rings.replaced", "rings", "Rings that took the place of another", IoUringMetrics::ringsReplaced),
    WAKEUPS("wakeups", "wakeups", "Wake-ups by other threads that reached a sleeping loop", IoUringMetrics::wakeups),
    WATCHES_IN_TIME("watches.in.time", "waits", "Waits that were over while the loop watched its ring",
            IoUringMetrics::watchesInTime),
    WATCHES_GIVEN_UP("watches.given.up", "waits", "Waits that began with a watch and went on with a sleep",
            IoUringMetrics::watchesGivenUp),
    TIMER_SETS("timer.sets", "calls", "Calls of timerfd_settime", IoUringMetrics::timerSets),
    EPOLL_WAITS("epoll.waits", "calls", "Calls of epoll_wait", IoUringMetrics::epollWaits),
    EPOLL_CTLS("epoll.ctls", "calls", "Calls of epoll_ctl", IoUringMetrics::epollCtls),
    REVERTS("reverts", "channels", "Channels that were handed over from the ring to epoll", IoUringMetrics::reverts);

    private static final String PREFIX = "pollring.loop.";

    final String meterName;
    final String unit;
    final String description;
    final ToDoubleFunction<IoUringMetrics> count;

    LoopCounter(String name, String unit, String description, ToDoubleFunction<IoUringMetrics> count) {
        meterName = PREFIX + name;
        this.unit = unit;
        this.description = description;
        this.count = count;
    }
}
