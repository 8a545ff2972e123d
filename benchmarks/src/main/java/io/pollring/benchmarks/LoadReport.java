/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.Map;

/** What the load generator has seen of one load. */
record LoadReport(Map<String, Object> values) {
    private long value(String name) {
        return ((Number) values.get(name)).longValue();
    }

    long messages() {
        return value("messages");
    }

    /** From the first message sent to the last reply received. */
    long elapsedNanos() {
        return value("elapsedNanos");
    }

    long cpuNanos() {
        return value("cpuNanos");
    }

    long p50Nanos() {
        return value("p50Nanos");
    }

    long p99Nanos() {
        return value("p99Nanos");
    }

    long p999Nanos() {
        return value("p999Nanos");
    }

    long maxNanos() {
        return value("maxNanos");
    }

    /** Of an open loop: how many messages a second were to be sent. 0 of a closed one. */
    double rate() {
        return ((Number) values.getOrDefault("rate", 0)).doubleValue();
    }

    /** Of an open loop: how many messages the generator sent after their time. */
    long lateMessages() {
        return value("lateMessages");
    }

    /** Of an open loop: how long after its time the generator sent a message, at most. */
    long maxLateNanos() {
        return value("maxLateNanos");
    }
}
