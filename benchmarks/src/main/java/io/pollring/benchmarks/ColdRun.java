/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.io.IOException;
import java.util.function.Consumer;

/** Measures the start of a server and its first messages, for which nothing is warm: no code, no buffer, no table. */
final class ColdRun extends FreshRun<ColdMeasurement> {
    static final long MESSAGES = 10_000;

    ColdRun(Options options, Workload workload, Consumer<String> progress) {
        super(options, workload, progress);
    }

    ColdResult run() throws IOException, InterruptedException {
        measureAll(options().rounds());
        return new ColdResult(workload(), rounds(), unavailable(), withoutRing());
    }

    @Override
    ColdMeasurement measure(ServerProcess server) throws IOException, InterruptedException {
        long startCpu = ProcFs.processCpuNanos(server.pid());
        // Connections are accepted when they come, by code that is as cold: that is in the CPU time.
        try (LoadGenerator generator = new LoadGenerator(options().loadgen(), server.contender().label(),
                server.address(), workload(), options().cores())) {
            LoadReport load = generator.count(Math.min(MESSAGES, options().count()));
            return new ColdMeasurement(server.pid(), server.startNanos(), startCpu, load,
                    ProcFs.processCpuNanos(server.pid()) - startCpu);
        }
    }
}
