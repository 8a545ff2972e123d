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
import java.util.stream.Collectors;

/** The result as a person reads it, in a terminal. */
final class TextReport {
    /** Below this, a system call per message is a system call per load. */
    private static final double LEAST_SHOWN = 0.0005;

    private TextReport() {
    }

    static List<String> header(Options options, Map<String, Object> machine) {
        List<String> lines = new ArrayList<>();
        lines.add(machine.entrySet().stream().map(entry -> entry.getKey() + ' ' + entry.getValue())
                .collect(Collectors.joining(", ")));
        lines.add(text("%s; servers of one event loop, but for loops:N; %d rounds of %s s, interleaved, after %s s of"
                + " warm-up each",
                options.cores(), options.rounds(), options.seconds(), options.warmup()));
        return lines;
    }

    static List<String> of(WorkloadResult result, String counterName) {
        List<String> lines = new ArrayList<>();
        Workload workload = result.workload();
        lines.add("");
        lines.add("== " + workload + ": " + workload.describe());
        lines.addAll(throughput(result));
        lines.add("");
        lines.addAll(ratios(result));
        lines.add("");
        lines.addAll(counts(result, counterName));
        result.unavailable().forEach((label, why) -> lines.add(unavailable(label, why)));
        Warnings.of(result).forEach(warning -> lines.add("WARNING " + warning));
        Notes.of(result).forEach(note -> lines.add("NOTE " + note));
        return lines;
    }

    private static List<String> throughput(WorkloadResult result) {
        WorkloadKind kind = result.workload().kind();
        List<String> header = new ArrayList<>(List.of("transport", kind.unit() + "/s", "min", "max", "p50 us", "p99 us",
                "p99.9 us", "loop us/" + kind.unit(), "switches/" + kind.unit(), "RSS MiB", "server", "generator",
                "disturbed"));
        if (kind.isStream()) {
            header.add(1, "MiB/s");
        }
        if (kind.isRate()) {
            header.addAll(1, List.of("rate", "late", "late max us"));
        }
        Table table = new Table(header.toArray(new String[0]));
        for (ContenderResult contender : result.contenders()) {
            List<String> row = new ArrayList<>(List.of(contender.label(),
                    text("%,.0f", contender.median(Measurement::messagesPerSecond)),
                    text("%,.0f", Statistics.min(contender.throughputs())),
                    text("%,.0f", Statistics.max(contender.throughputs())),
                    text("%.1f", contender.median(Measurement::p50Micros)),
                    text("%.1f", contender.median(Measurement::p99Micros)),
                    text("%.1f", contender.median(Measurement::p999Micros)),
                    text("%.2f", contender.median(Measurement::loopCpuMicrosPerMessage)),
                    text("%.3f", contender.median(Measurement::contextSwitchesPerMessage)),
                    text("%,.0f", contender.residentMebibytes()),
                    percent(contender.median(Measurement::serverBusy)),
                    percent(contender.median(Measurement::generatorBusy)),
                    text("%.1f %%", 100 * contender.median(Measurement::disturbed))));
            if (kind.isStream()) {
                row.add(1, text("%,.0f", contender.mebibytesPerSecond()));
            }
            if (kind.isRate()) {
                row.addAll(1, List.of(text("%,.0f", contender.median(Measurement::rate)),
                        text("%.2f %%", 100 * contender.median(Measurement::lateShare)),
                        text("%.0f", Statistics.max(contender.figures(Measurement::maxLateMicros)))));
            }
            table.add(row.toArray(new String[0]));
        }
        return table.lines();
    }

    private static List<String> ratios(WorkloadResult result) {
        if (result.ratiosRefused() != null) {
            return List.of(result.ratiosRefused());
        }
        String unit = result.workload().kind().unit();
        Table table = newRatioTable();
        Map<String, String> figures = Map.of("throughputRatios", unit + "/s", "cpuRatios", "loop us/" + unit,
                "p50Ratios", "p50 us", "p99Ratios", "p99 us");
        result.allRatios().forEach((name, ratios) -> addRatios(table, figures.get(name), ratios));
        return table.lines();
    }

    static String unavailable(String label, String why) {
        return label + " cannot be used here: " + why;
    }

    static Table newRatioTable() {
        return new Table("ratio", "of", "median", "95 % interval", "range", "rounds");
    }

    static void addRatios(Table table, String figure, Map<String, Ratio> ratios) {
        ratios.forEach((name, ratio) -> table.add(name, figure,
                ratio.isDifference() ? text("%.3f", ratio.median()) : "no difference",
                text("%.3f..%.3f", ratio.interval().low(), ratio.interval().high()),
                text("%.3f..%.3f", ratio.min(), ratio.max()),
                Integer.toString(ratio.rounds())));
    }

    private static List<String> counts(WorkloadResult result, String counterName) {
        List<String> lines = new ArrayList<>();
        String unit = result.workload().kind().unit();
        Table table = new Table("exact, per " + unit, "allocated B", "system calls", "of which");
        for (ContenderResult contender : result.contenders()) {
            ExactCounts counts = contender.counts();
            Map<String, Double> syscalls = counts.syscallsPerMessage();
            table.add(contender.label(),
                    contender.contender().isLimit() ? "-" : text("%.2f", counts.allocatedBytesPerMessage()),
                    syscalls.isEmpty() ? "-"
                            : text("%.3f", syscalls.values().stream().mapToDouble(Double::doubleValue).sum()),
                    perMessage(syscalls));
        }
        lines.addAll(table.lines());
        lines.add("(system calls: " + counterName + ")");
        for (ContenderResult contender : result.contenders()) {
            if (!contender.counts().metricsPerMessage().isEmpty()) {
                lines.add("metrics of " + contender.label() + ", per " + unit + ": "
                        + perMessage(contender.counts().metricsPerMessage()));
            }
        }
        return lines;
    }

    /** Largest first. */
    static String perMessage(Map<String, Double> counts) {
        return counts.entrySet().stream().filter(entry -> entry.getValue() >= LEAST_SHOWN)
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                .map(entry -> text("%s %.3f", entry.getKey(), entry.getValue())).collect(Collectors.joining(", "));
    }

    private static String percent(double share) {
        return text("%.0f %%", 100 * share);
    }

    private static String text(String format, Object... args) {
        return String.format(Locale.ROOT, format, args);
    }
}
