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

/**
 * The plots of a report, as what Chart.js takes for a configuration: nested maps, and no code, so that all that is
 * decided about a plot is decided, and tested, here.
 */
final class Charts {
    private static final String BETTER = "#2a9d55";
    private static final String WORSE = "#d1495b";
    private static final String NO_DIFFERENCE = "#9aa5b1";
    private static final String INK = "#22303c";
    /** Colours that can be told apart, also by those who do not see all of them. */
    private static final List<String> COLOURS = List.of("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9",
            "#d55e00", "#f0e442", "#7f7f7f", "#332288", "#882255", "#999933", "#44aa99");

    private Charts() {
    }

    /**
     * How one contender compares to another under all workloads: a bar for the interval, a dot for the median, and a
     * line at 1.
     *
     * @param ratios        by workload, each as {@link Ratio#toMap} has it
     * @param largerIsBetter whether that is so of the figure whose ratios these are
     */
    static Map<String, Object> ratios(String title, Map<String, Map<String, Object>> ratios, boolean largerIsBetter) {
        List<Object> intervals = new ArrayList<>();
        List<Object> medians = new ArrayList<>();
        List<Object> colours = new ArrayList<>();
        ratios.values().forEach(ratio -> {
            Map<String, Object> interval = ResultDocument.child(ratio, "interval");
            double median = ResultDocument.number(ratio, "median");
            intervals.add(List.of(ResultDocument.number(interval, "low"), ResultDocument.number(interval, "high")));
            medians.add(median);
            colours.add(!Boolean.TRUE.equals(ratio.get("difference")) ? NO_DIFFERENCE
                    : median > 1 == largerIsBetter ? BETTER : WORSE);
        });
        Map<String, Object> bars = dataset("95 % interval", intervals, colours);
        bars.put("barPercentage", 0.5);
        bars.put("order", 2);
        Map<String, Object> dots = points("median", medians, "circle", 4);
        Map<String, Object> ones = points("equal", ratios.keySet().stream().map(workload -> 1).toList(), "line", 12);
        ones.put("rotation", 90);
        Map<String, Object> options = options(title, false);
        options.put("indexAxis", "y");
        options.put("scales", map("x", map("beginAtZero", false)));
        return chart(ratios.keySet(), List.of(ones, dots, bars), options);
    }

    /**
     * Several figures of each contender.
     *
     * @param figures by contender and by what is measured; what one has and another has not is left out there
     */
    static Map<String, Object> grouped(String title, Map<String, Map<String, Double>> figures, boolean stacked,
                                       boolean logarithmic) {
        List<String> names = figures.values().stream().flatMap(of -> of.keySet().stream()).distinct()
                .toList();
        List<Map<String, Object>> datasets = new ArrayList<>();
        for (String name : names) {
            datasets.add(dataset(name, figures.values().stream().map(of -> of.get(name)).toList(),
                    COLOURS.get(datasets.size() % COLOURS.size())));
        }
        Map<String, Object> options = options(title, true);
        Map<String, Object> y = map("stacked", stacked);
        if (logarithmic) {
            y.put("type", "logarithmic");
        }
        options.put("scales", map("x", map("stacked", stacked), "y", y));
        return chart(figures.keySet(), datasets, options);
    }

    private static Map<String, Object> chart(Iterable<String> labels, List<Map<String, Object>> datasets,
                                             Map<String, Object> options) {
        List<String> names = new ArrayList<>();
        labels.forEach(names::add);
        return map("type", "bar", "data", map("labels", names, "datasets", datasets), "options", options);
    }

    private static Map<String, Object> dataset(String label, List<?> data, Object colour) {
        return map("label", label, "data", data, "backgroundColor", colour);
    }

    private static Map<String, Object> points(String label, List<?> data, String style, int radius) {
        Map<String, Object> points = dataset(label, data, INK);
        points.put("type", "line");
        points.put("showLine", false);
        points.put("borderColor", INK);
        points.put("pointStyle", style);
        points.put("pointRadius", radius);
        return points;
    }

    private static Map<String, Object> options(String title, boolean legend) {
        return map("animation", false, "maintainAspectRatio", false, "plugins",
                map("title", map("display", true, "text", title), "legend", map("display", legend)));
    }

    /** In the order given, so that the same result always makes the same page. */
    private static Map<String, Object> map(Object... namesAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }
}
