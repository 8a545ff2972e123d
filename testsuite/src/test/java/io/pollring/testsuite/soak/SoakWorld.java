/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What all connections of a phase share. */
final class SoakWorld {
    final SoakCounts counts = new SoakCounts();
    final Violations violations;
    final SoakFaults faults = new SoakFaults();
    /** Those that are over, until the scheduler has seen it. */
    final Queue<SoakConnection> over = new ConcurrentLinkedQueue<>();
    private final Map<Long, SoakConnection> byId = new ConcurrentHashMap<>();

    SoakWorld(Violations violations) {
        this.violations = violations;
    }

    void add(SoakConnection connection) {
        byId.put(connection.id, connection);
    }

    SoakConnection find(long id) {
        return byId.get(id);
    }

    void over(SoakConnection connection) {
        byId.remove(connection.id);
        counts.ended(connection.link, connection.ending == null ? Ending.RESET : connection.ending);
        over.add(connection);
    }
}
