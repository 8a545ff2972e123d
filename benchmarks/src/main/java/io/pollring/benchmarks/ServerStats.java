/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;

/** A server's counters at one moment. */
record ServerStats(Map<String, Object> values) {

    private long value(String name) {
        return ((Number) values.get(name)).longValue();
    }

    long processCpuNanos() {
        return value("processCpuNanos");
    }

    long loopCpuNanos() {
        return value("loopCpuNanos");
    }

    long loopAllocatedBytes() {
        return value("loopAllocatedBytes");
    }

    /** Only of a server that was started to count them. */
    long loopIterations() {
        return value("loopIterations");
    }

    /** How much each of the transport's own metrics has grown since; empty for a transport that has none. */
    Map<String, Long> metricsSince(ServerStats before) {
        Map<String, Long> grown = new LinkedHashMap<>();
        metrics().forEach((name, value) ->
                grown.put(name, ((Number) value).longValue() - ((Number) before.metrics().get(name)).longValue()));
        return grown;
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> metrics() {
        return (Map<String, Object>) values.getOrDefault("metrics", Map.of());
    }
}
