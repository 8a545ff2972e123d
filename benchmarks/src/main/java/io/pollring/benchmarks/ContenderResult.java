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
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Everything that was measured of one contender under one workload. */
final class ContenderResult {
    private static final double MEBIBYTE = 1024 * 1024;

    private final WorkloadKind kind;
    private final Contender contender;
    private final Map<String, Object> greeting;
    private final List<Measurement> rounds = new ArrayList<>();
    private ExactCounts counts;
    private long residentBytes;

    ContenderResult(WorkloadKind kind, Contender contender, Map<String, Object> greeting) {
        this.kind = kind;
        this.contender = contender;
        this.greeting = greeting;
    }

    void add(Measurement round) {
        rounds.add(round);
    }

    void setCounts(ExactCounts counts) {
        this.counts = counts;
    }

    /** @param bytes what the server's process had of memory after its rounds */
    void setResidentBytes(long bytes) {
        residentBytes = bytes;
    }

    Contender contender() {
        return contender;
    }

    double residentMebibytes() {
        return residentBytes / MEBIBYTE;
    }

    String label() {
        return contender.label();
    }

    ExactCounts counts() {
        return counts;
    }

    /** One figure of every round, in the order of the rounds. */
    List<Double> figures(ToDoubleFunction<Measurement> figure) {
        return rounds.stream().map(figure::applyAsDouble).collect(Collectors.toList());
    }

    double median(ToDoubleFunction<Measurement> figure) {
        return Statistics.median(figures(figure));
    }

    List<Double> throughputs() {
        return figures(Measurement::messagesPerSecond);
    }

    /** Of replies, in the median round. */
    double mebibytesPerSecond() {
        return median(Measurement::messagesPerSecond) * kind.messageSize() / MEBIBYTE;
    }

    /** What the server said of itself when it started, in short: the backend of our loop, or nothing. */
    String backend() {
        return (String) greeting.getOrDefault("backend", "");
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("transport", contender.transport());
        map.put("systemProperties", contender.systemProperties());
        map.put("server", greeting);
        map.put("medianMessagesPerSecond", median(Measurement::messagesPerSecond));
        if (kind.isStream()) {
            map.put("medianMebibytesPerSecond", mebibytesPerSecond());
        }
        if (kind.isRate()) {
            map.put("rate", median(Measurement::rate));
            map.put("medianLateShare", median(Measurement::lateShare));
        }
        map.put("medianServerBusy", median(Measurement::serverBusy));
        map.put("medianGeneratorBusy", median(Measurement::generatorBusy));
        map.put("medianLoopCpuMicrosPerMessage", median(Measurement::loopCpuMicrosPerMessage));
        map.put("medianContextSwitchesPerMessage", median(Measurement::contextSwitchesPerMessage));
        map.put("medianP50Micros", median(Measurement::p50Micros));
        map.put("medianP99Micros", median(Measurement::p99Micros));
        map.put("medianP999Micros", median(Measurement::p999Micros));
        map.put("residentBytes", residentBytes);
        map.put("rounds", rounds.stream().map(Measurement::toMap).collect(Collectors.toList()));
        map.put("exact", counts.toMap());
        return map;
    }
}
