/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import com.fasterxml.jackson.jr.ob.JSON;
import io.netty.channel.uring.IoUring;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The whole of it, tiny, so that it cannot rot: real servers, real load, real counts. No figure of it means much. */
@Timeout(900)
class SmokeTest {
    @TempDir
    Path directory;

    private final TinyRun tiny = new TinyRun();

    @Test
    void allTransportsGiveAllFigures() throws Exception {
        Result result = tiny.run("--rounds", "1", "--seconds", "0.4", "--warmup", "0.4", "--count", "3000",
                "--workloads", "ondemand:64").get(0);
        assertEquals(IoUring.isAvailable() ? 9 : 6, result.contenders().size(), result.unavailable().toString());
        for (ContenderResult contender : result.contenders()) {
            assertTrue(contender.median(Figure.MESSAGES_PER_SECOND) > 0, contender.label());
            assertTrue(contender.median(Figure.SERVER_BUSY) > 0, contender.label());
            assertTrue(contender.median(Figure.GENERATOR_BUSY) > 0, contender.label());
            assertTrue(contender.median(Figure.SWITCHES) > 0, contender.label());
            // Whatever echoes a message in Java allocates the promise of its write, and has a heap.
            boolean isJava = !contender.contender().isLimit();
            assertEquals(isJava, contender.counts().allocatedBytesPerMessage() > 0, contender.label());
            assertEquals(isJava, contender.residentMebibytes() > 30,
                    contender.label() + ": " + contender.residentMebibytes());
        }
        assertEquals("no ratios from 1 round: at least 7 are needed", result.ratiosRefused());
        assertTrue(tiny.printed().contains("no ratios from 1 round"), tiny.printed());
        assertFalse(tiny.printed().contains("own/"), "a ratio was printed all the same");
        assertTrue(tiny.printed().contains("NOTE limit-epoll"), tiny.printed());
    }

    @Test
    void oursDoNotTouchTheirEpollSet() throws Exception {
        List<Result> results = tiny.run("--rounds", "1", "--seconds", "0.2", "--warmup", "0.4", "--count",
                "3000", "--counter", "none", "--transports", "pollring,own", "--workloads",
                "echo:1,echo:64,ondemand:64");
        assertEquals(3, results.size());
        for (Result result : results) {
            assertEquals(2, result.contenders().size(), result.unavailable().toString());
            result.contenders().forEach(SmokeTest::checkOurs);
        }
    }

    /** In a steady load our loop does not touch its epoll set: of 1 or of 64 connections, read on demand or not. */
    private static void checkOurs(ContenderResult ours) {
        if (ours.greeting().get("backend").equals("RING")) {
            Map<String, Double> metrics = ours.counts().metricsPerMessage();
            assertEquals(0, metrics.get("epollWaits"), metrics.toString());
            assertEquals(0, metrics.get("epollCtls"), metrics.toString());
            assertTrue(metrics.get("enters") > 0, metrics.toString());
        } else {
            assertFalse(io.pollring.channel.IoUring.isAvailable(), "a ring can be had, but the server has none");
        }
    }

    @Test
    void sevenRoundsGiveRatiosOnTheTerminalAndInTheFiles() throws Exception {
        Path file = directory.resolve("result.json");
        Path page = directory.resolve("result.html");
        Result result = tiny.run("--rounds", "7", "--seconds", "0.1", "--warmup", "0.2", "--count", "500",
                "--transports", "pollring,epoll", "--workloads", "echo:1", "--counter", "none",
                "--json", file.toString(), "--html", page.toString()).get(0);
        assertTrue(tiny.printed().contains("pollring/epoll"), tiny.printed());
        Ratio ratio = result.ratios(Figure.MESSAGES_PER_SECOND).get("pollring/epoll");
        assertTrue(ratio.min() > 0 && ratio.min() <= ratio.median() && ratio.median() <= ratio.max());
        assertEquals(!ratio.isDifference(), tiny.printed().lines().anyMatch(
                line -> line.matches("pollring/epoll +msg/s +no difference .*")), tiny.printed());

        Map<?, ?> workload = child(child(JSON.std.mapFrom(Files.readString(file)), "workloads"), "echo:1");
        Map<?, ?> written = child(child(workload, "throughputRatios"), "pollring/epoll");
        assertEquals(ratio.median(), ((Number) written.get("median")).doubleValue(), 1e-9);
        assertEquals(ratio.isDifference(), written.get("difference"));
        List<?> rounds = (List<?>) child(child(workload, "contenders"), "epoll").get("rounds");
        assertEquals(7, rounds.size());
        assertTrue(((Map<?, ?>) rounds.get(0)).containsKey("voluntaryContextSwitches"), rounds.get(0).toString());

        Path later = directory.resolve("later.html");
        HtmlReport.main(new String[] {file.toString(), later.toString()});
        assertEquals(Files.readString(page), Files.readString(later));
        assertTrue(Files.readString(page).contains("pollring/epoll: messages or connections per second"));
    }

    @Test
    void atARateLatenciesAreComparedOnTheTerminalAndInTheFiles() throws Exception {
        Path file = directory.resolve("rate.json");
        Path page = directory.resolve("rate.html");
        Result result = tiny.run("--rounds", "7", "--seconds", "0.1", "--warmup", "0.2", "--count", "500",
                "--transports", "pollring,epoll", "--workloads", "rate:20%:4", "--counter", "none",
                "--json", file.toString(), "--html", page.toString()).get(0);
        double rate = result.contenders().get(0).median(Figure.RATE);
        assertTrue(rate > 0);
        assertEquals(rate, result.contenders().get(1).median(Figure.RATE), "both get the same");
        for (String figure : List.of("p50 us", "p99 us", "loop us/msg")) {
            assertTrue(tiny.printed().lines().anyMatch(line -> line.matches("pollring/epoll +" + figure + " +.*")),
                    figure + " in " + tiny.printed());
        }
        assertFalse(tiny.printed().lines().anyMatch(line -> line.matches("pollring/epoll +msg/s .*")), tiny.printed());

        Map<?, ?> workload = child(child(JSON.std.mapFrom(Files.readString(file)), "workloads"), "rate:20%:4");
        assertTrue(workload.containsKey("p50Ratios") && workload.containsKey("p99Ratios")
                && workload.containsKey("cpuRatios"), workload.keySet().toString());
        assertFalse(workload.containsKey("throughputRatios"));
        Map<?, ?> round = (Map<?, ?>) ((List<?>) child(child(workload, "contenders"), "epoll").get("rounds")).get(0);
        assertTrue(round.containsKey("lateMessages") && round.containsKey("maxLateNanos"), round.toString());
        assertTrue(Files.readString(page).contains("pollring/epoll: 99th percentile of latency at a given rate"));
    }

    private static Map<?, ?> child(Map<?, ?> parent, String name) {
        assertTrue(parent.containsKey(name), "no " + name + " in " + parent.keySet());
        return (Map<?, ?>) parent.get(name);
    }
}
