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

/** What idle connections cost in memory, of each contender in every round. */
final class IdleResult extends RoundsResult<IdleMeasurement> {
    /** Beyond this, something else than connections came or went between the two looks at a server's memory. */
    private static final double MAX_SPREAD = 0.05;

    IdleResult(Workload workload, Map<Contender, List<IdleMeasurement>> rounds, Map<String, String> unavailable,
               List<String> withoutRing) {
        super(workload, rounds, unavailable, withoutRing);
    }

    /** Heap and direct memory of the first contender over that of each of the others: below 1 is good. */
    Map<String, Ratio> ratios() {
        return ratios(IdleMeasurement::heapAndDirectBytes);
    }

    @Override
    void addRatiosTo(Table table) {
        TextReport.addRatios(table, "heap + direct", ratios());
    }

    @Override
    void addRatiosTo(Map<String, Object> map) {
        map.put("heapAndDirectRatios", Ratio.toMap(ratios()));
    }

    @Override
    Map<String, Object> toMap(IdleMeasurement round) {
        return round.toMap();
    }

    @Override
    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        for (Contender contender : contenders()) {
            List<Double> figures = figures(contender, IdleMeasurement::heapAndDirectBytes);
            double spread = Statistics.max(figures) / Statistics.min(figures) - 1;
            if (spread > MAX_SPREAD) {
                warnings.add(text("%s: heap and direct memory differ by %.0f %% from round to round", contender,
                        100 * spread));
            }
        }
        warnings.addAll(super.warnings());
        return warnings;
    }

    @Override
    List<String> table() {
        Table table = new Table("transport, B per connection", "heap", "direct", "heap + direct", "min", "max",
                "resident outside the heap",
                "kernel");
        for (Contender contender : contenders()) {
            List<Double> sums = figures(contender, IdleMeasurement::heapAndDirectBytes);
            table.add(contender.label(), bytes(median(contender, IdleMeasurement::heapBytes)),
                    bytes(median(contender, IdleMeasurement::directBytes)), bytes(Statistics.median(sums)),
                    bytes(Statistics.min(sums)), bytes(Statistics.max(sums)),
                    bytes(median(contender, IdleMeasurement::residentOutsideHeapBytes)),
                    bytes(median(contender, IdleMeasurement::kernelBytes)));
        }
        List<String> lines = new ArrayList<>(table.lines());
        lines.add(text("The last byte had come %d s before. Kernel: of its slabs, less what the sockets take.",
                IdleRun.IDLE_SECONDS));
        return lines;
    }

    private static String bytes(double value) {
        return Double.isNaN(value) ? "not known (root only)" : text("%,.0f", value);
    }

    private static String text(String format, Object... args) {
        return String.format(Locale.ROOT, format, args);
    }
}
