/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.pollring.channel.IoUring;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the connections that do not get on. It counts its own looks, and whoever uses it looks only after every loop
 * has run since the last one: so a machine that is slow, or stands still for a while, is no stall.
 */
final class StallWatch {
    static final int MAX_LOOKS = 20;

    private final List<EventLoop> loops;
    private boolean hasDumped;
    private final Map<SoakEnd, Seen> ends = new HashMap<>();
    private final Map<SoakConnection, Seen> connections = new HashMap<>();

    StallWatch(List<EventLoop> loops) {
        this.loops = loops;
    }

    /**
     * Netty's epoll listener accepts one connection in a turn of its loop: its allocator takes the new fd for a count
     * and finds that there are no more. So one in line gets on as long as those before it do.
     *
     * @param live in the order in which they were made
     */
    void look(Iterable<SoakConnection> live) {
        Map<Channel, Integer> lines = new HashMap<>();
        for (SoakConnection connection : live) {
            boolean wants = connection.ending != null || !connection.isReady();
            int before = connection.listener == null || connection.isReady() ? 0
                    : lines.merge(connection.listener, 1, Integer::sum) - 1;
            if (isStalled(connections, connection, connection.progress() - before, wants)) {
                stalled(connection, connection.client, wants && connection.ending != null ? "does not end" :
                        "is not established");
            } else if (isStalled(ends, connection.client, connection.client.received, connection.client.isAwaiting())) {
                stalled(connection, connection.client, "does not get on");
            } else if (isStalled(ends, connection.server, connection.server.received, connection.server.isAwaiting())) {
                stalled(connection, connection.server, "does not get on");
            }
        }
    }

    private static <T> boolean isStalled(Map<T, Seen> all, T what, long progress, boolean wants) {
        Seen seen = all.computeIfAbsent(what, key -> new Seen());
        seen.looks = wants && progress == seen.progress ? seen.looks + 1 : 0;
        seen.progress = progress;
        return seen.looks >= MAX_LOOKS;
    }

    private void stalled(SoakConnection connection, SoakEnd end, String how) {
        connection.violated(end, how + ": nothing has come in " + MAX_LOOKS + " rounds of all loops");
        System.out.println("  " + connection.client.details() + "\n  " + connection.server.details());
        if (!hasDumped) {
            hasDumped = true;
            loops.forEach(loop -> System.out.println(loop + ": " + IoUring.dump(loop)));
        }
        connection.abandon();
    }

    void forget(SoakConnection connection) {
        connections.remove(connection);
        ends.remove(connection.client);
        ends.remove(connection.server);
    }

    private static final class Seen {
        long progress = Long.MIN_VALUE;
        int looks;
    }
}
