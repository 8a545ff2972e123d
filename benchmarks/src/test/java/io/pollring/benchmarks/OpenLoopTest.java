/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Messages that come at a rate: servers of plain blocking sockets that pause, and a generator that is paused. */
@Timeout(120)
class OpenLoopTest {
    private static final Path BINARY = Path.of(System.getProperty("loadgen"));
    private static final long MILLI = 1_000_000L;

    private static LoadGenerator connect(BlockingServer server, int connections)
            throws IOException, InterruptedException {
        int core = Pinning.allowedCores().get(0);
        return new LoadGenerator(BINARY, "test", Integer.toString(server.port()),
                new Workload(WorkloadKind.RATE, connections, Rate.parse("100")),
                new Cores(core, core, false, Pins.NOTHING));
    }

    private static List<Long> counts(LoadGenerator generator, int runs, double seconds, double rate)
            throws IOException, InterruptedException {
        List<Long> counts = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            counts.add(generator.run(seconds, rate).messages());
        }
        return counts;
    }

    /** Arrivals come from a fixed seed, so these counts are the same each time. */
    @Test
    void arrivalsHaveTheMeanAndTheVarianceOfAPoissonProcess() throws Exception {
        try (PausingServer server = new PausingServer(Integer.MAX_VALUE, 0);
             LoadGenerator generator = connect(server, 5)) {
            int runs = 40;
            double mean = 100;
            List<Long> counts = counts(generator, runs, 0.05, mean / 0.05);
            long sum = counts.stream().mapToLong(Long::longValue).sum();
            assertEquals(server.messages(), sum);
            // Four standard deviations of the sum, which are that of one count times the root of their number.
            assertEquals(runs * mean, sum, 4 * Math.sqrt(runs * mean));
            double dispersion =
                    counts.stream().mapToDouble(count -> (count - mean) * (count - mean) / mean).sum() / runs;
            // 1 in the mean, with a standard deviation of the root of 2/40; of a message every 500 us it would be 0.
            assertEquals(1, dispersion, 4 * Math.sqrt(2.0 / runs), counts.toString());
            assertEquals(5, server.usedConnections());
        }
    }

    @Test
    void everyServerGetsTheSameArrivals() throws Exception {
        try (PausingServer server = new PausingServer(Integer.MAX_VALUE, 0);
             LoadGenerator one = connect(server, 2);
             LoadGenerator other = connect(server, 2)) {
            other.count(10);
            List<Long> counts = counts(one, 5, 0.05, 2000);
            assertEquals(counts, counts(other, 5, 0.05, 2000));
            assertTrue(counts.stream().distinct().count() > 1, "each round has arrivals of its own: " + counts);
        }
    }

    @Test
    void aServerThatPausesOnceDelaysAllThatArriveMeanwhile() throws Exception {
        try (PausingServer server = new PausingServer(100, 300);
             LoadGenerator generator = connect(server, 4)) {
            LoadReport report = generator.run(0.4, 2000);
            // Some 600 of 800 arrive during the pause, and each waits for its end. In a closed loop it would be one of
            // each connection, and neither percentile would see them.
            assertTrue(report.p50Nanos() > 60 * MILLI, "p50 " + report.p50Nanos());
            assertTrue(report.p99Nanos() > 250 * MILLI, "p99 " + report.p99Nanos());
            assertTrue(report.maxNanos() >= 290 * MILLI, "max " + report.maxNanos());
            assertEquals(2000, report.rate());
            assertEquals(server.messages(), report.messages());
        }
    }

    @Test
    void aGeneratorThatIsLateSaysSoAndItsLatenessIsInTheLatencies() throws Exception {
        try (PausingServer server = new PausingServer(Integer.MAX_VALUE, 0);
             LoadGenerator generator = connect(server, 4)) {
            Process stopper = stopper(generator.pid());
            Thread disturber = new Thread(() -> trigger(stopper, 300));
            disturber.start();
            LoadReport report = generator.run(1, 2000);
            disturber.join();
            assertEquals(0, stopper.waitFor());
            assertTrue(report.maxLateNanos() >= 90 * MILLI, "late by " + report.maxLateNanos());
            // Some 200 were to be sent while it was stopped.
            assertTrue(report.lateMessages() >= 100, report.lateMessages() + " late");
            assertTrue(report.p99Nanos() > 50 * MILLI, "p99 " + report.p99Nanos());
            assertTrue(report.maxNanos() >= report.maxLateNanos(), "max " + report.maxNanos());
        }
    }

    /** Stops the process for 100 ms when it is told to. It runs already: on a busy machine that takes its time. */
    private static Process stopper(long pid) throws IOException {
        Process stopper = new ProcessBuilder("sh", "-c",
                "echo ready; read word; kill -STOP " + pid + "; sleep 0.1; kill -CONT " + pid).start();
        assertEquals('r', stopper.getInputStream().read());
        return stopper;
    }

    private static void trigger(Process stopper, long afterMillis) {
        try (OutputStream input = stopper.getOutputStream()) {
            TimeUnit.MILLISECONDS.sleep(afterMillis);
            input.write('\n');
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** More than a socket's buffers hold: what arrives then waits in the generator. */
    @Test
    void nothingIsLostWhereTheServerReadsNothingForLong() throws Exception {
        try (PausingServer server = new PausingServer(2, 800);
             LoadGenerator generator = connect(server, 1)) {
            LoadReport report = generator.run(0.4, 400_000);
            assertEquals(160_000, report.messages(), 2000);
            assertEquals(server.messages(), report.messages());
            assertTrue(report.maxNanos() >= 780 * MILLI, "max " + report.maxNanos());
            assertTrue(report.maxNanos() <= report.elapsedNanos(), "no message came before the load began");
            // And it is as good as new.
            assertEquals(100, generator.count(100).messages());
        }
    }

    @Test
    void aWrongReplyEndsIt() throws Exception {
        try (BlockingEchoServer server = new BlockingEchoServer(7);
             LoadGenerator generator = connect(server, 3)) {
            IOException failure = assertThrows(IOException.class, () -> generator.run(0.2, 1000));
            assertTrue(failure.getMessage().contains("exit status 1"), failure.getMessage());
        }
    }

    @Test
    void aLoadOfNoMessagesIsRefused() throws Exception {
        try (PausingServer server = new PausingServer(Integer.MAX_VALUE, 0);
             LoadGenerator generator = connect(server, 1)) {
            IOException failure = assertThrows(IOException.class, () -> generator.run(0.001, 0.5));
            assertTrue(failure.getMessage().contains("no message was answered"), failure.getMessage());
        }
    }

    /** Echoes; at one of the messages everything stands still for a while, as in a collection of garbage. */
    private static final class PausingServer extends BlockingServer {
        private final Lock gate = new ReentrantLock(true);
        private final int pauseAt;
        private final long millis;
        private int read;

        PausingServer(int pauseAt, long millis) throws IOException {
            super(Integer.MAX_VALUE);
            this.pauseAt = pauseAt;
            this.millis = millis;
        }

        @Override
        byte[] reply(DataInputStream request) throws IOException {
            byte[] reply = new byte[WorkloadKind.RATE.load().messageSize()];
            request.readFully(reply);
            gate.lock();
            try {
                if (++read == pauseAt) {
                    TimeUnit.MILLISECONDS.sleep(millis);
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            } finally {
                gate.unlock();
            }
            return reply;
        }
    }
}
