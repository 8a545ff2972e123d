/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import com.fasterxml.jackson.jr.ob.JSON;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The page with plots, of a document that is made by hand. That of a run is in {@link SmokeTest}. */
class HtmlReportTest {
    private static final String LIBRARY_BEGIN = "<script>/*!\n * Chart.js v";

    private static Map<String, Object> contender(double perSecond, Map<String, Object> syscalls) {
        return Map.of("medianMessagesPerSecond", perSecond, "medianP50Micros", 10.0, "medianP99Micros", 20.0,
                "medianP999Micros", 30.0, "exact", Map.of("syscallsPerMessage", syscalls));
    }

    private static Map<String, Object> ratio(double low, double median, double high) {
        return Map.of("median", median, "interval", Map.of("low", low, "high", high, "confidence", 0.96),
                "difference", low > 1 || high < 1);
    }

    private static Map<String, Object> workload(Map<String, Object> ratio) {
        Map<String, Object> contenders = new LinkedHashMap<>();
        contenders.put("own", contender(200_000, Map.of("io_uring_enter", 0.04)));
        contenders.put("epoll@a=</script>", contender(150_000, Map.of("recvfrom", 1.0, "sendto", 1.0)));
        return Map.of("description", "64 <connections>", "unit", "msg", "contenders", contenders,
                "throughputRatios", Map.of("own/epoll", ratio), "text", List.of("a & b", "c"));
    }

    private static Map<String, Object> document() {
        Map<String, Object> workloads = new LinkedHashMap<>();
        workloads.put("echo:1", workload(ratio(0.98, 1.01, 1.02)));
        workloads.put("echo:64", workload(ratio(1.1, 1.2, 1.3)));
        workloads.put("udp:1", workload(ratio(0.7, 0.8, 0.9)));
        workloads.put("idle:9", Map.of("description", "", "contenders", Map.of("own", Map.of("rounds", List.of())),
                "heapAndDirectRatios", Map.of("own/epoll", ratio(0.7, 0.8, 0.9)), "text", List.of("B")));
        return Map.of("header", List.of("kernel x"), "notes", List.of("a note"), "workloads", workloads);
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> charts(String page) throws Exception {
        Matcher json = Pattern.compile("<script type=\"application/json\" id=\"charts\">(.*?)</script>",
                Pattern.DOTALL).matcher(page);
        assertTrue(json.find());
        return (List<Map<String, Object>>) (List<?>) JSON.std.listFrom(json.group(1));
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> datasets(Map<String, Object> chart) {
        return (List<Map<String, Object>>) ResultDocument.child(chart, "data").get("datasets");
    }

    private static String title(Map<String, Object> chart) {
        Map<String, Object> plugins = ResultDocument.child(ResultDocument.child(chart, "options"), "plugins");
        return (String) ResultDocument.child(plugins, "title").get("text");
    }

    @Test
    void ratiosOfAllWorkloadsAreInOnePlotWithTheirVerdicts() throws Exception {
        Map<String, Object> chart = charts(HtmlReport.of(document())).get(0);
        assertEquals("own/epoll: messages or connections per second", title(chart));
        assertEquals(List.of("echo:1", "echo:64", "udp:1"), ResultDocument.child(chart, "data").get("labels"));
        Map<String, Object> medians = datasets(chart).get(1);
        assertEquals(List.of(1.01, 1.2, 0.8), medians.get("data"));
        Map<String, Object> intervals = datasets(chart).get(2);
        assertEquals(List.of(List.of(0.98, 1.02), List.of(1.1, 1.3), List.of(0.7, 0.9)), intervals.get("data"));
        List<?> colours = (List<?>) intervals.get("backgroundColor");
        assertEquals(3, colours.stream().distinct().count(), "no difference, better, worse: " + colours);
    }

    @Test
    void lessMemoryIsBetterAndFewerMessagesAreWorse() throws Exception {
        List<Map<String, Object>> charts = charts(HtmlReport.of(document()));
        assertEquals("own/epoll: memory per idle connection", title(charts.get(1)));
        List<?> throughput = (List<?>) datasets(charts.get(0)).get(2).get("backgroundColor");
        List<?> memory = (List<?>) datasets(charts.get(1)).get(2).get("backgroundColor");
        assertEquals(throughput.get(1), memory.get(0), "both are good");
    }

    @Test
    void everyWorkloadHasItsThroughputLatenciesAndSystemCalls() throws Exception {
        List<Map<String, Object>> charts = charts(HtmlReport.of(document()));
        assertEquals(2 + 3 * 3, charts.size());
        assertEquals("msg/s, median round", title(charts.get(2)));
        assertEquals(List.of(200_000.0, 150_000.0), datasets(charts.get(2)).get(0).get("data"));
        assertEquals(List.of("p50", "p99", "p99.9"), List.of(datasets(charts.get(3)).get(0).get("label"),
                datasets(charts.get(3)).get(1).get("label"), datasets(charts.get(3)).get(2).get("label")));
        Map<String, Object> enters = datasets(charts.get(4)).get(0);
        assertEquals("io_uring_enter", enters.get("label"));
        assertEquals(Arrays.asList(0.04, null), enters.get("data"), "epoll makes none");
    }

    @Test
    void whatWasMeasuredWithSeveralNumbersHasAPlotAgainstThem() throws Exception {
        Map<String, Object> workloads = new LinkedHashMap<>();
        for (int number : new int[] {1000, 100_000}) {
            Map<String, Object> contender = new LinkedHashMap<>(contender(200_000, Map.of()));
            contender.put("medianLoopCpuMicrosPerMessage", number / 1000.0);
            workloads.put("scheduled:" + number, Map.of("description", "", "unit", "msg", "contenders",
                    Map.of("own", contender), "text", List.of()));
        }
        Map<String, Object> chart = charts(HtmlReport.of(Map.of("header", List.of(), "notes", List.of(), "workloads",
                workloads))).get(0);
        assertEquals("scheduled:N, CPU time of the loop per message, us", title(chart));
        assertEquals(List.of("1000", "100000"), ResultDocument.child(chart, "data").get("labels"));
        assertEquals("own", datasets(chart).get(0).get("label"));
        assertEquals(List.of(1.0, 100.0), datasets(chart).get(0).get("data"));
    }

    @Test
    void everyPlotHasItsPlaceAndOpensWithoutANetwork() throws Exception {
        String page = HtmlReport.of(document());
        for (int i = 0; i < charts(page).size(); i++) {
            assertTrue(page.contains("<canvas id=\"chart" + i + "\">"), "chart" + i);
        }
        int library = page.indexOf(LIBRARY_BEGIN);
        assertTrue(library > 0, "the library is not in it");
        String own = page.substring(0, library) + page.substring(page.indexOf("</script>", library));
        assertFalse(Pattern.compile("(?i)\\b(src|href|import|url|fetch)\\b *[=(]|//").matcher(own).find(), own);
        assertFalse(page.contains("sourceMappingURL"));
        assertFalse(Pattern.compile("@[A-Z]+@").matcher(own).find(), "a placeholder is left: " + own);
    }

    @Test
    void whatWasMeasuredCannotBreakThePage() throws Exception {
        String page = HtmlReport.of(document());
        assertEquals(3, page.split("</script>", -1).length - 1);
        assertTrue(page.contains("64 &lt;connections&gt;"));
        assertTrue(page.contains("<pre>a &amp; b\nc</pre>"));
        assertTrue(page.contains("<p>kernel x</p>") && page.contains("<p>a note</p>"));
        assertEquals(List.of("own", "epoll@a=</script>"),
                ResultDocument.child(charts(page).get(2), "data").get("labels"));
    }

    @Test
    void aFileThatIsNoResultIsRefused() {
        assertThrows(IllegalArgumentException.class,
                () -> HtmlReport.of(Map.of("header", List.of(), "notes", List.of())));
    }
}
