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
import java.util.function.Consumer;

/** Measures the start of a server and its first messages, for which nothing is warm: no code, no buffer, no table. */
final class ColdRun extends FreshRun {
    private static final long MESSAGES = 10_000;

    ColdRun(Options options, Workload workload, Consumer<String> progress) {
        super(options, workload, progress);
    }

    Result run() throws IOException, InterruptedException {
        return measureAll(options.rounds());
    }

    @Override
    Map<String, Object> measure(ServerProcess server) throws IOException, InterruptedException {
        long startCpu = ProcFs.processCpuNanos(server.pid());
        // Connections are accepted when they come, by code that is as cold: that is in the CPU time.
        try (LoadGenerator generator = new LoadGenerator(options.loadgen(), server.contender().label(),
                server.address(), workload, options.cores())) {
            LoadReport load = generator.count(Math.min(MESSAGES, options.count()));
            Map<String, Object> round = round(server.startNanos(), startCpu, load,
                    ProcFs.processCpuNanos(server.pid()) - startCpu);
            round.put("pid", server.pid());
            return round;
        }
    }

    /**
     * The figures of a round, and what they were made of.
     *
     * @param startNanos    from the start of the process until it said where it listens
     * @param startCpuNanos the CPU time of all its threads until then
     * @param cpuNanos      their CPU time from then until the last reply
     */
    static Map<String, Object> round(long startNanos, long startCpuNanos, LoadReport load, long cpuNanos) {
        Map<String, Object> round = new LinkedHashMap<>(load.values());
        Measurement.put(round, Figure.START, startNanos / 1e6);
        Measurement.put(round, Figure.START_CPU, startCpuNanos / 1e6);
        Measurement.put(round, Figure.FIRST_MESSAGES, load.elapsedNanos() / 1e6);
        Measurement.put(round, Figure.FIRST_MESSAGES_CPU, cpuNanos / 1e6);
        Measurement.put(round, Figure.FIRST_P99, load.p99Nanos() / 1e3);
        return round;
    }
}
