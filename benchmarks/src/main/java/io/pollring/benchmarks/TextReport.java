/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The result as a person reads it, in a terminal. */
final class TextReport {
    /** Below this, a system call per message is a system call per load. */
    private static final double LEAST_SHOWN = 0.0005;

    /** By their heads, what is in a contender's cells. */
    private final Map<String, Function<ContenderResult, String>> columns = new LinkedHashMap<>();
    private final WorkloadKind kind;

    private TextReport(WorkloadKind kind) {
        this.kind = kind;
    }

    static List<String> header(Options options, Map<String, Object> machine) {
        List<String> lines = new ArrayList<>();
        lines.add(machine.entrySet().stream().map(entry -> entry.getKey() + ' ' + entry.getValue())
                .collect(Collectors.joining(", ")));
        lines.add(text("%s; servers of one event loop, but for loops:N; %d rounds of %s s, interleaved, after %s s of"
                + " warm-up each, and half of that again",
                options.cores(), options.rounds(), options.seconds(), options.warmup()));
        return lines;
    }

    static List<String> of(Result result) {
        List<String> lines = new ArrayList<>();
        Workload workload = result.workload();
        lines.add("");
        lines.add("== " + workload + ": " + workload.describe());
        lines.addAll(new TextReport(workload.kind()).figures(result));
        lines.add("");
        lines.addAll(ratios(result));
        if (result.contenders().stream().anyMatch(contender -> contender.counts() != null)) {
            lines.add("");
            lines.addAll(counts(result));
        }
        result.unavailable().forEach((label, why) -> lines.add(label + " cannot be used here: " + why));
        Warnings.of(result).forEach(warning -> lines.add("WARNING " + warning));
        Notes.of(result).forEach(note -> lines.add("NOTE " + note));
        return lines;
    }

    private List<String> figures(Result result) {
        switch (kind) {
            case IDLE -> memory();
            case COLD -> Figure.compared(kind).forEach(this::median);
            case HANDOVER -> {
                Figure.compared(kind).forEach(this::median);
                median(Figure.DISTURBED);
            }
            default -> load();
        }
        List<String> header = new ArrayList<>(columns.keySet());
        header.add(0, kind == WorkloadKind.IDLE ? "transport, B per connection" : "transport");
        Table table = new Table(header);
        for (ContenderResult contender : result.contenders()) {
            List<String> row = new ArrayList<>(List.of(contender.label()));
            columns.values().forEach(cell -> row.add(cell.apply(contender)));
            table.add(row);
        }
        List<String> lines = new ArrayList<>(table.lines());
        if (kind == WorkloadKind.IDLE) {
            lines.add(text("The last byte had come %d s before. Kernel: of its slabs, less what the sockets take.",
                    IdleRun.IDLE_SECONDS));
        }
        return lines;
    }

    private void load() {
        if (kind == WorkloadKind.RATE) {
            median(Figure.RATE);
            median(Figure.LATE);
            columns.put(Figure.MAX_LATE.label, contender ->
                    Figure.MAX_LATE.print(Collections.max(contender.figures(Figure.MAX_LATE))));
        }
        if (kind.load().isStream()) {
            columns.put("MiB/s", contender -> text("%,.0f", contender.mebibytesPerSecond()));
        }
        medianAndRange(Figure.MESSAGES_PER_SECOND);
        List.of(Figure.P50, Figure.P99, Figure.P999, Figure.LOOP_CPU, Figure.SWITCHES).forEach(this::median);
        columns.put("RSS MiB", contender -> text("%,.0f", contender.residentMebibytes()));
        List.of(Figure.SERVER_BUSY, Figure.GENERATOR_BUSY, Figure.DISTURBED).forEach(this::median);
    }

    private void memory() {
        median(Figure.HEAP);
        median(Figure.DIRECT);
        medianAndRange(Figure.HEAP_AND_DIRECT);
        median(Figure.RESIDENT);
        columns.put(Figure.KERNEL.label, contender -> contender.has(Figure.KERNEL)
                ? Figure.KERNEL.print(contender.median(Figure.KERNEL)) : "not known (root only)");
    }

    private void median(Figure figure) {
        columns.put(figure.label(kind), contender -> figure.print(contender.median(figure)));
    }

    private void medianAndRange(Figure figure) {
        median(figure);
        columns.put("min", contender -> figure.print(Collections.min(contender.figures(figure))));
        columns.put("max", contender -> figure.print(Collections.max(contender.figures(figure))));
    }

    private static List<String> ratios(Result result) {
        if (result.ratiosRefused() != null) {
            return List.of(result.ratiosRefused());
        }
        WorkloadKind kind = result.workload().kind();
        Map<String, Map<String, Ratio>> byFigure = new LinkedHashMap<>();
        Figure.compared(kind).forEach(figure -> byFigure.put(figure.label(kind), result.ratios(figure)));
        return ratios(byFigure);
    }

    static List<String> ratios(Map<String, Map<String, Ratio>> byFigure) {
        Table table = new Table("ratio", "of", "median", "95 % interval", "range", "rounds");
        byFigure.forEach((figure, ratios) -> ratios.forEach((name, ratio) -> table.add(name, figure,
                ratio.isDifference() ? text("%.3f", ratio.median()) : "no difference",
                text("%.3f..%.3f", ratio.interval().low(), ratio.interval().high()),
                text("%.3f..%.3f", ratio.min(), ratio.max()),
                Integer.toString(ratio.rounds()))));
        return table.lines();
    }

    private static List<String> counts(Result result) {
        String unit = result.workload().kind().load().unit();
        Table table = new Table("exact, per " + unit, "allocated B", "system calls", "of which");
        List<String> metrics = new ArrayList<>();
        for (ContenderResult contender : result.contenders()) {
            ExactCounts counts = contender.counts();
            Map<String, Double> syscalls = counts.syscallsPerMessage();
            table.add(contender.label(),
                    contender.contender().isLimit() ? "-" : text("%.2f", counts.allocatedBytesPerMessage()),
                    syscalls.isEmpty() ? "-"
                            : text("%.3f", syscalls.values().stream().mapToDouble(Double::doubleValue).sum()),
                    perMessage(syscalls));
            if (!counts.metricsPerMessage().isEmpty()) {
                metrics.add("metrics of " + contender.label() + ", per " + unit + ": "
                        + perMessage(counts.metricsPerMessage()));
            }
        }
        List<String> lines = new ArrayList<>(table.lines());
        lines.add("(system calls: " + result.counterName() + ")");
        lines.addAll(metrics);
        return lines;
    }

    /** Largest first. */
    private static String perMessage(Map<String, Double> counts) {
        return counts.entrySet().stream().filter(entry -> entry.getValue() >= LEAST_SHOWN)
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                .map(entry -> text("%s %.3f", entry.getKey(), entry.getValue())).collect(Collectors.joining(", "));
    }

    static String text(String format, Object... args) {
        return String.format(Locale.ROOT, format, args);
    }
}
