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
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Work that other threads hand to a loop. */
@Timeout(300)
class HandoverTest {
    @TempDir
    Path directory;

    private static Map<String, Object> part(long p50) {
        return Map.of("count", 1000, "elapsedNanos", 500_000_000, "loopCpuNanos", 3_000_000, "p50Nanos", p50,
                "p99Nanos", 2 * p50, "maxNanos", 3 * p50, "callerP50Nanos", 500);
    }

    private static Map<String, Object> round(double disturbed) {
        return Measurement.handover(Map.of("tasks", part(20_000), "writes", part(30_000)), disturbed);
    }

    private static List<String> warnings(double disturbed, String backend) {
        ContenderResult result =
                new ContenderResult(WorkloadKind.HANDOVER, Contender.parseAll(List.of("own")).get(0));
        result.greeted(Map.of("backend", backend));
        result.add(round(disturbed));
        return Warnings.of(new Result(Workload.parse("handover:1"), List.of(result), Map.of(), ""));
    }

    @Test
    void figuresAreWhatTheServerTellsPerTask() {
        assertEquals(List.of(2000.0, 20.0, 40.0, 0.5, 3.0, 30.0, 60.0).toString(),
                Figure.compared(WorkloadKind.HANDOVER).stream().map(figure -> figure.of(round(0))).toList().toString());
    }

    @Test
    void aLoopThatHadToWaitForItsCoreIsWarnedOf() {
        assertEquals(List.of(), warnings(0.01, "RING"));
        assertEquals(List.of("own: the loop wanted its core and something else had it, for 20.0 % of the time",
                "own: its loop got no ring and ran on epoll"), warnings(0.2, "EPOLL"));
    }

    @Test
    void theNumberOfThreadsHasLimits() {
        for (String wrong : List.of("handover:0", "handover:65")) {
            String message = assertThrows(IllegalArgumentException.class, () -> Workload.parse(wrong)).getMessage();
            assertEquals(wrong.substring(9) + " threads for handover: must be in 1..64", message);
        }
        assertEquals(64, Workload.parse("handover:64").connections());
    }

    @Test
    void theLoopAndTheThreadsThatHandOverAreKeptApart() {
        Cores cores = new Cores(2, 3, false, Pins.PROCESSES).withinServer();
        assertTrue(cores.keepLoop());
        assertEquals(List.of(), cores.serverPrefix());
        assertFalse(new Cores(2, 3, false, Pins.NOTHING).withinServer().keepLoop());
    }

    @Test
    void allFiguresAreComparedOnTheTerminalAndInTheFiles() throws Exception {
        Path json = directory.resolve("result.json");
        Path html = directory.resolve("result.html");
        TinyRun tiny = new TinyRun();
        Result result = tiny.run("--rounds", "7", "--seconds", "0.1", "--warmup", "0.1",
                "--transports", "own,pollring,nio,limit-epoll", "--workloads", "handover:2", "--counter", "none",
                "--json", json.toString(), "--html", html.toString()).get(0);
        assertEquals(3, result.contenders().size(), result.unavailable().toString());
        assertEquals(List.of("limit-epoll"), List.copyOf(result.unavailable().keySet()));
        Map<String, Object> written = ResultDocument.child(
                ResultDocument.child(ResultDocument.read(json), "workloads"), "handover:2");
        for (Figure figure : Figure.compared(WorkloadKind.HANDOVER)) {
            for (ContenderResult contender : result.contenders()) {
                assertTrue(contender.median(figure) > 0, contender.label() + ": " + figure);
            }
            assertTrue(tiny.printed().lines().anyMatch(line -> line.matches("own/nio +" + figure.label + " .*")),
                    figure + ": " + tiny.printed());
            assertTrue(ResultDocument.child(written, figure.ratiosKey).containsKey("own/nio"), figure.toString());
            assertTrue(Files.readString(html).contains("own/nio: handing work to the loop, " + figure.label),
                    figure.toString());
        }
    }
}
