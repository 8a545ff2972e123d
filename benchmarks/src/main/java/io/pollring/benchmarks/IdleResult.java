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
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** What idle connections cost in memory, of each contender in every round. */
final class IdleResult implements Result {
    /** Beyond this, something else than connections came or went between the two looks at a server's memory. */
    private static final double MAX_SPREAD = 0.05;

    private final Workload workload;
    private final Map<Contender, List<IdleMeasurement>> rounds;
    private final Map<String, String> unavailable;
    private final List<String> withoutRing;

    /**
     * @param rounds      in the order asked for; the first is compared to each of the others
     * @param withoutRing the labels of ours that ran on epoll
     */
    IdleResult(Workload workload, Map<Contender, List<IdleMeasurement>> rounds, Map<String, String> unavailable,
               List<String> withoutRing) {
        this.workload = workload;
        this.rounds = rounds;
        this.unavailable = unavailable;
        this.withoutRing = withoutRing;
    }

    @Override
    public Workload workload() {
        return workload;
    }

    @Override
    public Map<String, String> unavailable() {
        return unavailable;
    }

    List<Contender> contenders() {
        return List.copyOf(rounds.keySet());
    }

    /** One figure of every round, in the order of the rounds. */
    List<Double> figures(Contender contender, ToDoubleFunction<IdleMeasurement> figure) {
        return rounds.get(contender).stream().map(figure::applyAsDouble).collect(Collectors.toList());
    }

    double median(Contender contender, ToDoubleFunction<IdleMeasurement> figure) {
        return Statistics.median(figures(contender, figure));
    }

    /** Why there are no ratios, or {@code null}. */
    String ratiosRefused() {
        return Ratio.refusal(rounds.isEmpty() ? 0 : rounds.values().iterator().next().size());
    }

    /** Heap and direct memory of the first contender over that of each of the others: below 1 is good. */
    Map<String, Ratio> ratios() {
        Map<String, Ratio> ratios = new LinkedHashMap<>();
        List<Contender> all = contenders();
        for (Contender other : all.subList(Math.min(1, all.size()), all.size())) {
            ratios.put(all.get(0) + "/" + other,
                    Ratio.of(figures(all.get(0), IdleMeasurement::heapAndDirectBytes),
                            figures(other, IdleMeasurement::heapAndDirectBytes)));
        }
        return ratios;
    }

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
        withoutRing.forEach(label -> warnings.add(Warnings.noRing(label)));
        return warnings;
    }

    @Override
    public List<String> toText() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("== " + workload + ": " + workload.describe());
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
        lines.addAll(table.lines());
        lines.add(text("The last byte had come %d s before. Kernel: of its slabs, less what the sockets take.",
                IdleRun.IDLE_SECONDS));
        lines.add("");
        if (ratiosRefused() == null) {
            Table ratios = TextReport.newRatioTable();
            TextReport.addRatios(ratios, "heap + direct", ratios());
            lines.addAll(ratios.lines());
        } else {
            lines.add(ratiosRefused());
        }
        unavailable.forEach((label, why) -> lines.add(TextReport.unavailable(label, why)));
        warnings().forEach(warning -> lines.add("WARNING " + warning));
        return lines;
    }

    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("service", workload.kind().label());
        map.put("connections", workload.connections());
        if (ratiosRefused() == null) {
            map.put("heapAndDirectRatios", Ratio.toMap(ratios()));
        } else {
            map.put("ratiosRefused", ratiosRefused());
        }
        Map<String, Object> contenders = new LinkedHashMap<>();
        rounds.forEach((contender, measurements) -> {
            Map<String, Object> of = new LinkedHashMap<>();
            of.put("transport", contender.transport());
            of.put("systemProperties", contender.systemProperties());
            of.put("rounds", measurements.stream().map(IdleMeasurement::toMap).collect(Collectors.toList()));
            contenders.put(contender.label(), of);
        });
        map.put("contenders", contenders);
        map.put("unavailable", unavailable);
        map.put("warnings", warnings());
        return map;
    }

    private static String bytes(double value) {
        return Double.isNaN(value) ? "not known (root only)" : text("%,.0f", value);
    }

    private static String text(String format, Object... args) {
        return String.format(Locale.ROOT, format, args);
    }
}
