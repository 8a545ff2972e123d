/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import com.fasterxml.jackson.jr.ob.JSON;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * A page with plots of everything that a run has measured. It is one file, with the library that draws the plots in
 * it, and opens without a network.
 */
public final class HtmlReport {
    private static final String LIBRARY = "/META-INF/resources/webjars/chart.js/%s/dist/chart.umd.min.js";
    private static final String LIBRARY_VERSION = "/META-INF/maven/org.webjars.npm/chart.js/pom.properties";
    private static final int ROW_PIXELS = 34;
    private static final int FRAME_PIXELS = 90;
    private static final int CHART_PIXELS = 320;

    private final Map<String, Object> document;
    private final StringBuilder body = new StringBuilder();
    private final List<Map<String, Object>> charts = new ArrayList<>();

    private HtmlReport(Map<String, Object> document) {
        this.document = document;
    }

    /** {@code benchmarks/report}: makes the page of what {@code --json} has written. */
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            System.err.println("usage: benchmarks/report RESULT.json REPORT.html");
            System.exit(2);
        }
        Files.writeString(Path.of(args[1]), of(ResultDocument.read(Path.of(args[0]))));
    }

    static String of(Map<String, Object> document) throws IOException {
        HtmlReport report = new HtmlReport(document);
        report.write();
        return resource("report.html")
                .replace("@BODY@", report.body)
                // In JSON every < can be written so; in a page it might be the end of the script.
                .replace("@CHARTS@", JSON.std.asString(report.charts).replace("<", "\\u003c"))
                .replace("@LIBRARY@", library());
    }

    private void write() {
        lines("p", "header");
        lines("p", "notes");
        body.append("<h2>Ratios</h2>\n<p>Medians of the ratios of all rounds, with their 95 % intervals. Green is "
                + "better, red is worse, grey is no difference.</p>\n");
        Figure.compared().forEach(this::ratios);
        growth();
        ResultDocument.child(document, "workloads").keySet().forEach(this::workload);
    }

    private void growth() {
        Map<String, Map<String, Map<String, Double>>> growth = Growth.of(document);
        if (!growth.isEmpty()) {
            body.append("<h2>Growth</h2>\n");
            growth.forEach((service, byNumber) ->
                    add(Charts.grouped(service + ":N, " + Growth.TITLE, byNumber, false, false), CHART_PIXELS));
        }
    }

    /** A plot for each pair of contenders that were compared under some workload. */
    private void ratios(Figure figure) {
        Map<String, Map<String, Map<String, Object>>> byPair = new LinkedHashMap<>();
        Map<String, Object> workloads = ResultDocument.child(document, "workloads");
        for (String name : workloads.keySet()) {
            Map<String, Object> workload = ResultDocument.child(workloads, name);
            if (workload.containsKey(figure.ratiosKey)) {
                Map<String, Object> ratios = ResultDocument.child(workload, figure.ratiosKey);
                ratios.keySet().forEach(pair -> byPair.computeIfAbsent(pair, key -> new LinkedHashMap<>())
                        .put(name, ResultDocument.child(ratios, pair)));
            }
        }
        byPair.forEach((pair, ratios) -> add(
                Charts.ratios(pair + ": " + figure.title, ratios, figure.largerIsBetter()),
                FRAME_PIXELS + ROW_PIXELS * ratios.size()));
    }

    private void workload(String name) {
        Map<String, Object> workload = ResultDocument.child(ResultDocument.child(document, "workloads"), name);
        body.append("<h2>").append(escape(name)).append("</h2>\n<p>")
                .append(escape(String.valueOf(workload.get("description")))).append("</p>\n");
        Map<String, Object> contenders = ResultDocument.child(workload, "contenders");
        if (contenders.values().stream().anyMatch(contender -> ((Map<?, ?>) contender).containsKey("exact"))) {
            figures(String.valueOf(workload.get("unit")), contenders);
        }
        body.append("<details><summary>All figures</summary><pre>")
                .append(escape(strings(workload, "text").stream().collect(Collectors.joining("\n"))))
                .append("</pre></details>\n");
    }

    private void figures(String unit, Map<String, Object> contenders) {
        Map<String, Map<String, Double>> throughputs = new LinkedHashMap<>();
        Map<String, Map<String, Double>> latencies = new LinkedHashMap<>();
        Map<String, Map<String, Double>> calls = new LinkedHashMap<>();
        for (String label : contenders.keySet()) {
            Map<String, Object> contender = ResultDocument.child(contenders, label);
            throughputs.put(label, Map.of(unit + "/s",
                    ResultDocument.number(contender, Figure.MESSAGES_PER_SECOND.medianKey())));
            Map<String, Double> percentiles = new LinkedHashMap<>();
            percentiles.put("p50", ResultDocument.number(contender, "medianP50Micros"));
            percentiles.put("p99", ResultDocument.number(contender, "medianP99Micros"));
            percentiles.put("p99.9", ResultDocument.number(contender, "medianP999Micros"));
            latencies.put(label, percentiles);
            Map<String, Object> counted =
                    ResultDocument.child(ResultDocument.child(contender, "exact"), "syscallsPerMessage");
            Map<String, Double> kinds = new LinkedHashMap<>();
            counted.keySet().forEach(kind -> kinds.put(kind, ResultDocument.number(counted, kind)));
            calls.put(label, kinds);
        }
        add(Charts.grouped(unit + "/s, median round", throughputs, false, false), CHART_PIXELS);
        add(Charts.grouped("latency, microseconds", latencies, false, true), CHART_PIXELS);
        if (calls.values().stream().anyMatch(kinds -> !kinds.isEmpty())) {
            add(Charts.grouped("system calls per " + unit + ", counted", calls, true, false), CHART_PIXELS);
        }
    }

    private void add(Map<String, Object> chart, int pixels) {
        body.append("<div class=\"chart\" style=\"height:").append(pixels).append("px\"><canvas id=\"chart")
                .append(charts.size()).append("\"></canvas></div>\n");
        charts.add(chart);
    }

    private void lines(String tag, String name) {
        for (String line : strings(document, name)) {
            body.append('<').append(tag).append('>').append(escape(line)).append("</").append(tag).append(">\n");
        }
    }

    private static List<String> strings(Map<String, Object> parent, String name) {
        return ((List<?>) parent.get(name)).stream().map(String::valueOf).toList();
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    private static String library() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = open(LIBRARY_VERSION)) {
            properties.load(in);
        }
        // Its last line would have a debugger look for a file beside this one.
        return resource(String.format(LIBRARY, properties.getProperty("version")))
                .replaceAll("(?m)^//# sourceMappingURL=.*$", "");
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = open(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static InputStream open(String name) throws IOException {
        InputStream in = HtmlReport.class.getResourceAsStream(name);
        if (in == null) {
            throw new IOException("there is no resource " + name);
        }
        return in;
    }
}
