/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;

/** What one process took to start, and for its first messages. */
final class ColdMeasurement {
    private final long pid;
    private final long startNanos;
    private final long startCpuNanos;
    private final LoadReport load;
    private final long cpuNanos;

    /**
     * @param startNanos    from its start until it said where it listens
     * @param startCpuNanos the CPU time of all its threads until then
     * @param cpuNanos      their CPU time from then until the last reply
     */
    ColdMeasurement(long pid, long startNanos, long startCpuNanos, LoadReport load, long cpuNanos) {
        this.pid = pid;
        this.startNanos = startNanos;
        this.startCpuNanos = startCpuNanos;
        this.load = load;
        this.cpuNanos = cpuNanos;
    }

    double startMillis() {
        return startNanos / 1e6;
    }

    double startCpuMillis() {
        return startCpuNanos / 1e6;
    }

    /** From the first message sent to the last reply received. */
    double messagesMillis() {
        return load.elapsedNanos() / 1e6;
    }

    double messagesCpuMillis() {
        return cpuNanos / 1e6;
    }

    double p99Micros() {
        return load.p99Nanos() / 1e3;
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("pid", pid);
        map.put("startNanos", startNanos);
        map.put("startCpuNanos", startCpuNanos);
        map.put("messages", load.messages());
        map.put("elapsedNanos", load.elapsedNanos());
        map.put("serverCpuNanos", cpuNanos);
        map.put("p50Nanos", load.p50Nanos());
        map.put("p99Nanos", load.p99Nanos());
        map.put("maxNanos", load.maxNanos());
        return map;
    }
}
