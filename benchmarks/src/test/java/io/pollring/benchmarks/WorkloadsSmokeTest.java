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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The workloads that are no echo, tiny. That the generator counts nothing but replies that are what was asked for is
 * what {@link LoadModesTest} shows; here every transport has to give them.
 */
@Timeout(120)
class WorkloadsSmokeTest {
    private static final int IDLE = 1000;
    /** A channel with its pipeline, and whatever a transport may take for it. */
    private static final double MIN_CHANNEL_BYTES = 500;
    private static final double MAX_CHANNEL_BYTES = 5000;

    private final TinyRun tiny = new TinyRun();

    private Result run(String workload, String transports) throws Exception {
        Result result = tiny.run("--rounds", "1", "--seconds", "0.1", "--warmup", "0.05", "--count", "500",
                "--transports", transports, "--workloads", workload, "--counter", "none").get(0);
        assertEquals(transports.split(",").length, result.contenders().size(), result.unavailable().toString());
        for (ContenderResult contender : result.contenders()) {
            assertTrue(contender.median(Figure.MESSAGES_PER_SECOND) > 0, contender.label());
            assertTrue(contender.median(Figure.SERVER_BUSY) > 0, contender.label());
            // Whatever writes a reply allocates its promise.
            assertTrue(contender.counts().allocatedBytesPerMessage() > 0, contender.label());
        }
        assertTrue(tiny.printed().contains("== " + workload), tiny.printed());
        return result;
    }

    @ParameterizedTest
    @ValueSource(strings = {"stream:2", "churn:8", "udp:4", "udp-burst:10", "rate:20000:4"})
    void dataMovesBothInTheRoundAndWhereItIsCounted(String workload) throws Exception {
        ContenderResult own = run(workload, "own,epoll").contenders().get(0);
        if (own.greeting().get("backend").equals("RING")) {
            assertTrue(own.counts().metricsPerMessage().get("cqes") > 0, own.counts().metricsPerMessage().toString());
        }
    }

    /** The servers have nothing in them that is of a transport, so one of them is enough to see that they work. */
    @ParameterizedTest
    @CsvSource({"writes10:4,own", "flushes10:4,nio", "stream16k:2,own", "upload:2,epoll", "upload16k:2,own",
            "http:4,own", "http-pipelined:4,nio", "domain:4,nio", "proxy:4,own", "timers:8,pollring", "foreign:8,own",
            "mostly-idle:20,epoll", "scheduled:1000,own"})
    void everyWorkloadHasItsServer(String workload, String transport) throws Exception {
        run(workload, transport);
    }

    @ParameterizedTest
    @ValueSource(strings = {"own", "epoll"})
    void aServerHasSeveralLoops(String transport) throws Exception {
        Result result = run("loops:4", transport);
        List<?> threads = (List<?>) result.contenders().get(0).greeting().get("loopThreads");
        assertEquals(4, threads.stream().distinct().count(), threads.toString());
    }

    @Test
    void tlsIsSpoken() throws Exception {
        assumeTrue(LoadGenerator.unusable(Path.of(System.getProperty("loadgen")), LoadMode.TLS) == null,
                "no library of OpenSSL is installed");
        run("tls:4", "own");
    }

    /** The generator compares all bytes. */
    @ParameterizedTest
    @CsvSource({"quic:2,'own,pollring,epoll,nio'", "quic-gso:2,'own,pollring,epoll'"})
    void quicIsSpoken(String workload, String transports) throws Exception {
        assumeQuic();
        Result result = run(workload, transports);
        for (ContenderResult contender : result.contenders()) {
            assertTrue(contender.mebibytesPerSecond() > 0, contender.label());
            assertTrue(contender.median(Figure.LOOP_CPU) > 0, contender.label());
            assertTrue(contender.median(Figure.GENERATOR_BUSY) > 0, contender.label());
        }
        assertTrue(tiny.printed().contains("MiB/s"), tiny.printed());
    }

    @Test
    void aTransportThatSendsNoSegmentsIsReported() throws Exception {
        assumeQuic();
        Result result = tiny.run("--rounds", "1", "--transports", "nio", "--workloads", "quic-gso:1",
                "--counter", "none").get(0);
        assertEquals(Map.of("nio", "its channels send no segments"), result.unavailable());
    }

    private static void assumeQuic() throws Exception {
        String unusable = LoadGenerator.unusable(Path.of(System.getProperty("loadgen")), LoadMode.QUIC);
        assumeTrue(unusable == null, unusable);
    }

    @Test
    void aWorkloadWhoseLoadCannotBeMadeIsReported(@TempDir Path directory) throws Exception {
        Path loadgen = directory.resolve("loadgen");
        Files.writeString(loadgen, "#!/bin/sh\necho '{\"unusable\":\"there is no '$2'\"}'\n");
        assertTrue(loadgen.toFile().setExecutable(true));
        Options options = Options.parse("--transports", "own,nio", "--workloads", "tls:4", "--loadgen",
                loadgen.toString(), "--cores", "0,0");
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        Benchmarks.compare(options, new PrintStream(text, true, StandardCharsets.UTF_8.name()));
        String printed = text.toString(StandardCharsets.UTF_8);
        assertTrue(printed.contains("own cannot be used here: there is no tls"), printed);
        assertTrue(printed.contains("nio cannot be used here: there is no tls"), printed);
    }

    @Test
    void idleConnectionsTakeWhatChannelsTake() throws Exception {
        List<Result> results = tiny.run("--rounds", "1", "--count", "500", "--transports", "own,epoll",
                "--workloads", "idle:" + IDLE, "--counter", "none");
        Result result = results.get(0);
        assertEquals(2, result.contenders().size(), result.unavailable().toString());
        for (ContenderResult contender : result.contenders()) {
            double bytes = contender.median(Figure.HEAP);
            assertTrue(bytes > MIN_CHANNEL_BYTES && bytes < MAX_CHANNEL_BYTES, contender.label() + ": " + bytes);
        }
        assertEquals("no ratios from 1 round: at least 7 are needed", result.ratiosRefused());
        assertTrue(tiny.printed().contains("B per connection"), tiny.printed());
    }
}
