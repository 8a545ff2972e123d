/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

    @ParameterizedTest
    @ValueSource(strings = {"writes10:4", "flushes10:4", "stream:2", "stream16k:2", "upload:2", "upload16k:2", "churn:8", "udp:4",
            "domain:4", "proxy:4", "tls:4", "timers:8", "foreign:8", "mostly-idle:20"})
    void dataMovesBothInTheRoundAndWhereItIsCounted(String workload) throws Exception {
        WorkloadResult result = tiny.compare("--rounds", "1", "--seconds", "0.1", "--warmup", "0.05", "--count", "500",
                "--transports", "own,epoll", "--workloads", workload, "--counter", "none").get(0);
        assertEquals(2, result.contenders().size(), result.unavailable().toString());
        for (ContenderResult contender : result.contenders()) {
            assertTrue(contender.median(Measurement::messagesPerSecond) > 0, contender.label());
            assertTrue(contender.median(Measurement::serverBusy) > 0, contender.label());
            // Whatever writes a reply allocates its promise.
            assertTrue(contender.counts().allocatedBytesPerMessage() > 0, contender.label());
        }
        ContenderResult own = result.contenders().get(0);
        if (own.backend().equals("RING")) {
            assertTrue(own.counts().metricsPerMessage().get("cqes") > 0, own.counts().metricsPerMessage().toString());
        }
        assertTrue(tiny.printed().contains("== " + workload), tiny.printed());
    }

    @Test
    void idleConnectionsTakeWhatChannelsTake() throws Exception {
        List<Result> results = tiny.run("--rounds", "1", "--count", "500", "--transports", "own,epoll",
                "--workloads", "idle:" + IDLE, "--counter", "none");
        IdleResult result = (IdleResult) results.get(0);
        assertEquals(2, result.contenders().size(), result.unavailable().toString());
        for (Contender contender : result.contenders()) {
            double bytes = result.median(contender, IdleMeasurement::heapBytes);
            assertTrue(bytes > MIN_CHANNEL_BYTES && bytes < MAX_CHANNEL_BYTES, contender + ": " + bytes);
        }
        assertEquals("no ratios from 1 round: at least 5 are needed", result.ratiosRefused());
        assertTrue(tiny.printed().contains("B per connection"), tiny.printed());
    }
}
