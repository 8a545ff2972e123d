/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Everything that was measured of one contender under one workload. */
final class ContenderResult {
    private static final double MEBIBYTE = 1024 * 1024;

    private final WorkloadKind kind;
    private final Contender contender;
    private final List<Map<String, Object>> rounds = new ArrayList<>();
    private Map<String, Object> greeting = Map.of();
    private boolean withoutRing;
    private ExactCounts counts;
    private long residentBytes;

    ContenderResult(WorkloadKind kind, Contender contender) {
        this.kind = kind;
        this.contender = contender;
    }

    /** Of its server, or of the latest of its servers. */
    void greeted(Map<String, Object> server) {
        greeting = server;
        withoutRing |= "EPOLL".equals(server.get("backend"));
    }

    /** @param round its figures, and what they were made of */
    void add(Map<String, Object> round) {
        rounds.add(round);
    }

    /** @param bytes what the server's process had of memory after its rounds */
    void setCounts(ExactCounts counts, long bytes) {
        this.counts = counts;
        residentBytes = bytes;
    }

    Contender contender() {
        return contender;
    }

    String label() {
        return contender.label();
    }

    int rounds() {
        return rounds.size();
    }

    double residentMebibytes() {
        return residentBytes / MEBIBYTE;
    }

    /** {@code null} where nothing is counted. */
    ExactCounts counts() {
        return counts;
    }

    /** What the server said of itself when it started. */
    Map<String, Object> greeting() {
        return greeting;
    }

    /** Whether it is one of ours and its loop got no ring. */
    boolean isWithoutRing() {
        return withoutRing;
    }

    /** Whether it is known of all rounds. */
    boolean has(Figure figure) {
        return rounds.stream().allMatch(round -> round.containsKey(figure.key));
    }

    /** One figure of every round, in the order of the rounds. */
    List<Double> figures(Figure figure) {
        return rounds.stream().map(figure::of).toList();
    }

    double median(Figure figure) {
        return MedianInterval.median(figures(figure));
    }

    /** Of replies, in the median round. */
    double mebibytesPerSecond() {
        return median(Figure.MESSAGES_PER_SECOND) * kind.load().messageSize() / MEBIBYTE;
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("transport", contender.transport());
        map.put("systemProperties", contender.systemProperties());
        map.put("server", greeting);
        for (Figure figure : Figure.values()) {
            if (has(figure)) {
                map.put(figure.medianKey(), median(figure));
            }
        }
        if (kind.load().isStream()) {
            map.put("medianMebibytesPerSecond", mebibytesPerSecond());
        }
        map.put("rounds", rounds);
        if (counts != null) {
            map.put("residentBytes", residentBytes);
            map.put("exact", counts.toMap());
        }
        return map;
    }
}
