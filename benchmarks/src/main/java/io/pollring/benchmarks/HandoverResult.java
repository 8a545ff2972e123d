/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How fast each contender's loop does what other threads hand to it. */
final class HandoverResult extends FiguresResult<HandoverMeasurement> {
    /** What is told of a round under {@code handover}, and compared. */
    static final List<Figure<HandoverMeasurement>> FIGURES = List.of(
            new Figure<>("tasks/s", "tasksPerSecond", "%,.0f", true, HandoverMeasurement::tasksPerSecond),
            new Figure<>("task p50 us", "taskP50Micros", "%.2f", false, round -> round.taskMicros("p50")),
            new Figure<>("task p99 us", "taskP99Micros", "%.2f", false, round -> round.taskMicros("p99")),
            new Figure<>("execute p50 us", "callerP50Micros", "%.2f", false, round -> round.taskMicros("callerP50")),
            new Figure<>("loop us/task", "loopCpuMicrosPerTask", "%.2f", false,
                    HandoverMeasurement::loopCpuMicrosPerTask),
            new Figure<>("write p50 us", "writeP50Micros", "%.2f", false, round -> round.writeMicros("p50")),
            new Figure<>("write p99 us", "writeP99Micros", "%.2f", false, round -> round.writeMicros("p99")));

    HandoverResult(Workload workload, Map<Contender, List<HandoverMeasurement>> rounds,
                   Map<String, String> unavailable, List<String> withoutRing) {
        super(FIGURES, workload, rounds, unavailable, withoutRing);
    }

    @Override
    Map<String, Object> toMap(HandoverMeasurement round) {
        return round.toMap();
    }

    @Override
    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        for (Contender contender : contenders()) {
            Warnings.checkDisturbed(contender.label(), "the loop",
                    median(contender, HandoverMeasurement::disturbed), warnings);
        }
        warnings.addAll(super.warnings());
        return warnings;
    }

    @Override
    List<String> moreColumns() {
        return List.of("disturbed");
    }

    @Override
    List<String> moreCells(Contender contender) {
        return List.of(String.format(Locale.ROOT, "%.1f %%", 100 * median(contender, HandoverMeasurement::disturbed)));
    }
}
