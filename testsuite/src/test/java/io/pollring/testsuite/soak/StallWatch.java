/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import java.util.HashMap;
import java.util.Map;

/**
 * Finds the connections that do not get on. It counts its own looks, and whoever uses it looks only after every loop
 * has run since the last one: so a machine that is slow, or stands still for a while, is no stall.
 */
final class StallWatch {
    static final int MAX_LOOKS = 20;

    private final Map<SoakEnd, Seen> ends = new HashMap<>();
    private final Map<SoakConnection, Seen> connections = new HashMap<>();

    void look(Iterable<SoakConnection> live) {
        for (SoakConnection connection : live) {
            boolean wants = connection.ending != null || !connection.isReady();
            if (isStalled(connections, connection, connection.progress(), wants)) {
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
        connection.abandon();
    }

    void forget(SoakConnection connection) {
        connections.remove(connection);
        ends.remove(connection.client);
        ends.remove(connection.server);
    }

    private static final class Seen {
        long progress = -1;
        int looks;
    }
}
