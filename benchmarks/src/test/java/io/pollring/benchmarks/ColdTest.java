/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The start of a server and its first messages. */
@Timeout(300)
class ColdTest {
    @TempDir
    Path directory;

    @Test
    void figuresAreMillisecondsAndThoseOfTheStartAreNotInThoseOfTheMessages() {
        Map<String, Object> round = ColdRun.round(400_000_000, 300_000_000, new LoadReport(Map.of(
                "messages", 10_000, "elapsedNanos", 700_000_000, "p99Nanos", 5_000_000)), 600_000_000);
        assertEquals(List.of(400.0, 300.0, 700.0, 600.0, 5000.0), Figure.compared(WorkloadKind.COLD).stream()
                .map(figure -> figure.of(round)).toList());
    }

    @Test
    void everyRoundHasAProcessOfItsOwn() throws Exception {
        Path json = directory.resolve("result.json");
        Path html = directory.resolve("result.html");
        TinyRun tiny = new TinyRun();
        Result result = tiny.run("--rounds", "7", "--count", "300", "--transports",
                "own,nio,limit-epoll", "--workloads", "cold:4", "--json", json.toString(), "--html", html.toString())
                .get(0);
        assertEquals(2, result.contenders().size(), result.unavailable().toString());
        assertEquals(List.of("limit-epoll"), List.copyOf(result.unavailable().keySet()));
        assertNull(result.ratiosRefused());
        Map<String, Object> written = ResultDocument.child(
                ResultDocument.child(ResultDocument.read(json), "workloads"), "cold:4");
        Set<Object> processes = new HashSet<>();
        for (ContenderResult contender : result.contenders()) {
            for (Object round : (List<?>) ResultDocument.child(ResultDocument.child(written, "contenders"),
                    contender.label()).get("rounds")) {
                processes.add(((Map<?, ?>) round).get("pid"));
                assertEquals(300, ((Map<?, ?>) round).get("messages"));
            }
        }
        assertEquals(14, processes.size());
        for (Figure figure : Figure.compared(WorkloadKind.COLD)) {
            result.contenders().forEach(contender ->
                    assertTrue(contender.median(figure) > 0, contender.label() + ": " + figure));
            assertTrue(written.containsKey(figure.ratiosKey), written.keySet().toString());
            assertTrue(tiny.printed().lines().anyMatch(line -> line.startsWith("own/nio")
                    && line.contains(figure.label)), tiny.printed());
        }
        assertTrue(Files.readString(html).contains("own/nio: a server that has just started, to listening ms"));
    }
}
