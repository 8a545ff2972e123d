/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.examples;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.pollring.channel.IoUring;
import io.pollring.channel.IoUringBackend;
import io.pollring.channel.IoUringEventLoopGroup;
import io.pollring.channel.IoUringMetrics;

import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/** Says in words what a Pollring loop waits on and what it has counted. */
final class LoopReport {
    private LoopReport() {
    }

    /** What the loops of a group wait on, for example "2 loops on RING". */
    static String summary(EventLoopGroup group) {
        // By what is told of them: each may have a reason of its own for having no ring.
        Map<String, Integer> loops = new TreeMap<>();
        int count = 0;
        for (EventExecutor loop : group) {
            if (isPollring((EventLoop) loop)) {
                loops.merge(describe((EventLoop) loop), 1, Integer::sum);
            }
            count++;
        }
        if (loops.isEmpty()) {
            return count + (count == 1 ? " loop" : " loops");
        }
        StringJoiner text = new StringJoiner(", ");
        loops.forEach((description, n) -> text.add(n + (n == 1 ? " loop" : " loops") + " on " + description));
        return text.toString();
    }

    /** What a channel's loop waits on, for EPOLL why it has no ring, and whether the channel was reverted. */
    static String backend(Channel channel) {
        EventLoop loop = channel.eventLoop();
        if (!isPollring(loop)) {
            return "none of Pollring's; this loop is Netty's own";
        }
        IoUringBackend backend = IoUring.backend(loop);
        return describe(loop) + (IoUring.backend(channel) == backend ? ""
                : "; this connection was reverted to EPOLL, see reverts in /metrics");
    }

    /** The loop's counters, one a line as {@code name value}; empty for a loop that is not Pollring's. */
    static String metrics(EventLoop loop) {
        if (!isPollring(loop)) {
            return "";
        }
        IoUringMetrics metrics = IoUring.metrics(loop);
        StringBuilder text = new StringBuilder(512);
        line(text, "enters", metrics.enters());
        line(text, "sqes", metrics.sqes());
        line(text, "cqes", metrics.cqes());
        line(text, "pollsArmed", metrics.pollsArmed());
        line(text, "pollUpdates", metrics.pollUpdates());
        line(text, "pollRemoves", metrics.pollRemoves());
        line(text, "sends", metrics.sends());
        line(text, "receives", metrics.receives());
        line(text, "receivesArmed", metrics.receivesArmed());
        line(text, "receivesStarved", metrics.receivesStarved());
        line(text, "receivesQuiet", metrics.receivesQuiet());
        line(text, "spuriousCompletions", metrics.spuriousCompletions());
        line(text, "staleCompletions", metrics.staleCompletions());
        line(text, "overflows", metrics.overflows());
        line(text, "ringsReplaced", metrics.ringsReplaced());
        line(text, "wakeups", metrics.wakeups());
        line(text, "watchesInTime", metrics.watchesInTime());
        line(text, "watchesGivenUp", metrics.watchesGivenUp());
        line(text, "timerSets", metrics.timerSets());
        line(text, "epollWaits", metrics.epollWaits());
        line(text, "epollCtls", metrics.epollCtls());
        line(text, "reverts", metrics.reverts());
        metrics.revertsByReason().forEach((reason, n) -> line(text, "reverts." + reason, n));
        return text.toString();
    }

    private static void line(StringBuilder text, String name, long value) {
        text.append(name).append(' ').append(value).append('\n');
    }

    private static String describe(EventLoop loop) {
        Throwable cause = IoUring.unavailabilityCause(loop);
        return cause == null ? "RING (" + Features.TEXT + ')' : "EPOLL (no ring: " + cause.getMessage() + ')';
    }

    /** Asked once, as it makes a ring to find out. */
    private static final class Features {
        static final String TEXT = IoUring.featureString();
    }

    private static boolean isPollring(EventLoop loop) {
        return loop.parent() instanceof IoUringEventLoopGroup;
    }
}
