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

/**
 * What a message costs in things that can be counted instead of timed. The server is quiet before and after, and in
 * between it gets a known number of messages, so apart from the few things that happen per load and not per message
 * (the first wake-up, say) these are exact.
 *
 * @param allocatedBytes on the event loop's thread
 * @param syscalls       empty when they were not counted
 */
record ExactCounts(long messages, long allocatedBytes, Map<String, Long> metrics, Map<String, Long> syscalls) {
    /**
     * Counts over two loads of that many messages: allocation and metrics first, then system calls with the counter
     * attached, lest it have a part in the former.
     *
     * @param counter {@code null} to go without system calls
     */
    static ExactCounts take(Opponents opponents, SyscallCounter counter, long messages)
            throws IOException, InterruptedException {
        ServerProcess server = opponents.server();
        ServerStats before = server.stats();
        opponents.generator().count(messages);
        ServerStats after = server.stats();
        Map<String, Long> syscalls = Map.of();
        if (counter != null) {
            try (SyscallCounter.Session session = counter.attach(server)) {
                opponents.generator().count(messages);
                syscalls = session.detach();
            }
        }
        return new ExactCounts(messages, after.loopAllocatedBytes() - before.loopAllocatedBytes(),
                after.metricsSince(before), syscalls);
    }

    /** On the event loop's thread. */
    double allocatedBytesPerMessage() {
        return (double) allocatedBytes / messages;
    }

    Map<String, Double> metricsPerMessage() {
        return perMessage(metrics);
    }

    /** Empty when they were not counted. */
    Map<String, Double> syscallsPerMessage() {
        return perMessage(syscalls);
    }

    private Map<String, Double> perMessage(Map<String, Long> counts) {
        Map<String, Double> perMessage = new LinkedHashMap<>();
        counts.forEach((name, count) -> perMessage.put(name, (double) count / messages));
        return perMessage;
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("messages", messages);
        map.put("allocatedBytesPerMessage", allocatedBytesPerMessage());
        map.put("metricsPerMessage", metricsPerMessage());
        map.put("syscallsPerMessage", syscallsPerMessage());
        return map;
    }
}
