/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.file.Path;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The load generator against a server of plain blocking sockets, which is easily seen to be right. */
@Timeout(120)
class LoadGeneratorTest {
    private static final Path BINARY = Path.of(System.getProperty("loadgen"));

    private static LoadGenerator connect(BlockingEchoServer server, int connections)
            throws IOException, InterruptedException {
        int core = Pinning.allowedCores().get(0);
        return new LoadGenerator(BINARY, "test", Integer.toString(server.port()),
                new Workload(WorkloadKind.ECHO, connections), new Cores(core, core, false, Pins.PROCESSES));
    }

    @Test
    void sendsExactlyAsManyMessagesAsItIsTold() throws Exception {
        try (BlockingEchoServer server = new BlockingEchoServer(Integer.MAX_VALUE);
             LoadGenerator generator = connect(server, 3)) {
            // 100 over 3 connections: 34, 33 and 33.
            assertEquals(100, generator.count(100).messages());
            assertEquals(100, server.messages());
            assertEquals(2, generator.count(2).messages());
            assertEquals(102, server.messages());
        }
    }

    @Test
    void runsForAsLongAsItIsToldAndCountsWhatWasAnswered() throws Exception {
        try (BlockingEchoServer server = new BlockingEchoServer(Integer.MAX_VALUE);
             LoadGenerator generator = connect(server, 5)) {
            LoadReport report = generator.run(0.3);
            assertEquals(server.messages(), report.messages());
            assertTrue(report.elapsedNanos() >= 300_000_000L, "elapsed " + report.elapsedNanos());
            assertTrue(report.cpuNanos() > 0 && report.cpuNanos() <= report.elapsedNanos() * 11 / 10,
                    "cpu " + report.cpuNanos());
        }
    }

    @Test
    void latenciesAreInOrderAndAddUp() throws Exception {
        try (BlockingEchoServer server = new BlockingEchoServer(Integer.MAX_VALUE);
             LoadGenerator generator = connect(server, 1)) {
            LoadReport report = generator.run(0.5);
            assertTrue(0 < report.p50Nanos() && report.p50Nanos() <= report.p99Nanos(), "p50 " + report.p50Nanos());
            assertTrue(report.p99Nanos() <= report.p999Nanos(), "p99 " + report.p99Nanos());
            // The middle of a bucket, which is less than 1 % wide, may lie above the largest value in it.
            assertTrue(report.p999Nanos() <= report.maxNanos() * 1.01, "p99.9 " + report.p999Nanos());
            // With one connection one message follows the other: half of them took at least p50, so the median cannot
            // be more than twice the mean.
            double mean = (double) report.elapsedNanos() / report.messages();
            assertTrue(report.p50Nanos() <= 2.02 * mean, "p50 " + report.p50Nanos() + ", mean " + mean);
        }
    }

    @Test
    void aWrongReplyEndsIt() throws Exception {
        try (BlockingEchoServer server = new BlockingEchoServer(7);
             LoadGenerator generator = connect(server, 1)) {
            assertEquals(6, generator.count(6).messages());
            IOException failure = assertThrows(IOException.class, () -> generator.count(1));
            assertTrue(failure.getMessage().contains("exit status 1"), failure.getMessage());
        }
    }

    @Test
    void aServerThatIsNotThereEndsIt() throws Exception {
        BlockingEchoServer server = new BlockingEchoServer(Integer.MAX_VALUE);
        server.close();
        IOException failure = assertThrows(IOException.class, () -> connect(server, 1).close());
        assertTrue(failure.getMessage().contains("exit status 1"), failure.getMessage());
    }
}
