/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What a message costs the loop, against the number of a workload, where a service was measured with several. */
final class Growth {
    static final String TITLE = "CPU time of the loop per message, us";
    private static final String FIGURE = Figure.LOOP_CPU.medianKey();
    private static final int ENOUGH = 2;

    private Growth() {
    }

    /**
     * By service, by number and by contender, in the order in which they were measured.
     *
     * @param document as {@link ResultDocument} has it
     */
    static Map<String, Map<String, Map<String, Double>>> of(Map<String, Object> document) {
        Map<String, Map<String, Map<String, Double>>> growth = new LinkedHashMap<>();
        Map<String, Object> workloads = ResultDocument.child(document, "workloads");
        for (String name : workloads.keySet()) {
            Map<String, Object> contenders =
                    ResultDocument.child(ResultDocument.child(workloads, name), "contenders");
            Map<String, Double> figures = new LinkedHashMap<>();
            for (String label : contenders.keySet()) {
                Map<String, Object> contender = ResultDocument.child(contenders, label);
                if (contender.containsKey(FIGURE)) {
                    figures.put(label, ResultDocument.number(contender, FIGURE));
                }
            }
            if (!figures.isEmpty()) {
                int colon = name.lastIndexOf(':');
                growth.computeIfAbsent(name.substring(0, colon), service -> new LinkedHashMap<>())
                        .put(name.substring(colon + 1), figures);
            }
        }
        growth.values().removeIf(byNumber -> byNumber.size() < ENOUGH);
        return growth;
    }

    /** A table for each service. */
    static List<String> toText(Map<String, Object> document) {
        List<String> lines = new ArrayList<>();
        of(document).forEach((service, byNumber) -> {
            lines.addAll(List.of("", "== " + service + ":N: " + TITLE));
            List<String> header = new ArrayList<>(List.of("transport, N ="));
            header.addAll(byNumber.keySet());
            Table table = new Table(header);
            Set<String> labels = new LinkedHashSet<>();
            byNumber.values().forEach(figures -> labels.addAll(figures.keySet()));
            for (String label : labels) {
                List<String> row = new ArrayList<>(List.of(label));
                byNumber.values().forEach(figures -> row.add(figures.containsKey(label)
                        ? String.format(Locale.ROOT, "%.2f", figures.get(label)) : "-"));
                table.add(row);
            }
            lines.addAll(table.lines());
        });
        return lines;
    }
}
