/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** One round of one contender under {@code handover}: tasks first, then writes. */
final class HandoverMeasurement {
    private final Map<String, Object> tasks;
    private final Map<String, Object> writes;
    private final double disturbed;

    /**
     * @param figures   as the server tells them
     * @param disturbed the share of the round in which the loop wanted its core and did not have it
     */
    HandoverMeasurement(Map<String, Object> figures, double disturbed) {
        tasks = ResultDocument.child(figures, "tasks");
        writes = ResultDocument.child(figures, "writes");
        this.disturbed = disturbed;
    }

    /** Puts load on a server and sees what hindered its loop. */
    static HandoverMeasurement take(ServerProcess server, int threads, Cores cores, double seconds)
            throws IOException, InterruptedException {
        long before = hinderedNanos(server, cores);
        long begin = System.nanoTime();
        Map<String, Object> figures = server.handover(threads, seconds);
        double elapsed = System.nanoTime() - begin;
        return new HandoverMeasurement(figures, (hinderedNanos(server, cores) - before) / elapsed);
    }

    private static long hinderedNanos(ServerProcess server, Cores cores) throws IOException {
        return server.loopsWaitedNanos() + ProcFs.stolenNanos(cores.server());
    }

    double tasksPerSecond() {
        return ResultDocument.number(tasks, "count") * 1e9 / ResultDocument.number(tasks, "elapsedNanos");
    }

    double taskMicros(String percentile) {
        return ResultDocument.number(tasks, percentile + "Nanos") / 1e3;
    }

    double writeMicros(String percentile) {
        return ResultDocument.number(writes, percentile + "Nanos") / 1e3;
    }

    double loopCpuMicrosPerTask() {
        return ResultDocument.number(tasks, "loopCpuNanos") / 1e3 / ResultDocument.number(tasks, "count");
    }

    double disturbed() {
        return disturbed;
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("tasks", tasks);
        map.put("writes", writes);
        map.put("disturbed", disturbed);
        return map;
    }
}
