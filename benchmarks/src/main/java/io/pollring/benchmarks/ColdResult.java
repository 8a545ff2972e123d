/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.List;
import java.util.Map;

/** What each contender's server took to start, and for its first messages. */
final class ColdResult extends FiguresResult<ColdMeasurement> {
    /** What is told of a round under {@code cold}, and compared. */
    static final List<Figure<ColdMeasurement>> FIGURES = List.of(
            new Figure<>("to listening ms", "startMillis", "%,.0f", false, ColdMeasurement::startMillis),
            new Figure<>("its CPU ms", "startCpuMillis", "%,.0f", false, ColdMeasurement::startCpuMillis),
            new Figure<>("first messages ms", "messagesMillis", "%,.0f", false, ColdMeasurement::messagesMillis),
            new Figure<>("their CPU ms", "messagesCpuMillis", "%,.0f", false, ColdMeasurement::messagesCpuMillis),
            new Figure<>("p99 us", "coldP99Micros", "%,.0f", false, ColdMeasurement::p99Micros));

    ColdResult(Workload workload, Map<Contender, List<ColdMeasurement>> rounds, Map<String, String> unavailable,
               List<String> withoutRing) {
        super(FIGURES, workload, rounds, unavailable, withoutRing);
    }

    @Override
    Map<String, Object> toMap(ColdMeasurement round) {
        return round.toMap();
    }
}
