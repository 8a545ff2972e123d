/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The servers in C: that they echo everything to everyone, also to those who do not read, and forget nobody. */
@Timeout(60)
class LimitServerTest {
    private static final Path LOADGEN = Path.of(System.getProperty("loadgen"));
    /** Not a divisor or multiple of any buffer's size, so that a lost or repeated buffer shows. */
    private static final int BLOCK = 65_521;

    private static Options options(String transport) throws IOException {
        int core = Pinning.allowedCores().get(0);
        return Options.parse("--loadgen", LOADGEN.toString(), "--cores", core + "," + core, "--transports", transport);
    }

    private static ServerProcess start(String transport, WorkloadKind kind) throws Exception {
        Options options = options(transport);
        ServerProcess server =
                new ServerProcess(options.contenders().get(0), new Workload(kind, 1), options, false);
        // The same condition as for Netty's own io_uring; where there is a ring, the server has to use it.
        if (transport.equals("limit-uring") && server.unavailable() != null && kind == WorkloadKind.ECHO) {
            server.close();
            assumeTrue(io.netty.channel.uring.IoUring.isAvailable(), "this kernel has no io_uring for us");
        }
        return server;
    }

    private static Socket connect(ServerProcess server) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(server.address()));
    }

    private static long openFiles(ServerProcess server) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(server.pid()), "fd"))) {
            return files.count();
        }
    }

    /**
     * Waits until the server has only these files besides a connection that it has answered: it accepts in order, so
     * that none of the connections before it can be still to come.
     */
    private static void awaitOpenFiles(ServerProcess server, long expected) throws Exception {
        try (Socket last = connect(server)) {
            last.getOutputStream().write(1);
            assertEquals(1, last.getInputStream().read());
            long deadline = System.nanoTime() + 20_000_000_000L;
            long files = openFiles(server);
            while (files != expected + 1 && System.nanoTime() - deadline < 0) {
                Thread.sleep(10);
                files = openFiles(server);
            }
            assertEquals(expected + 1, files);
        }
    }

    @ParameterizedTest
    @CsvSource({"limit-epoll, ECHO, 5", "limit-epoll, CHURN, 5", "limit-uring, ECHO, 5", "limit-uring, ECHO, 300",
            "limit-uring, CHURN, 5"})
    void answersEveryMessageAndCountsItsTime(String transport, WorkloadKind kind, int connections) throws Exception {
        try (ServerProcess server = start(transport, kind)) {
            assertNull(server.unavailable());
            long files = openFiles(server);
            ServerStats before = server.stats();
            try (LoadGenerator generator = new LoadGenerator(LOADGEN, transport, server.address(),
                    new Workload(kind, connections), options(transport).cores())) {
                assertEquals(2000, generator.count(2000).messages());
                generator.run(0.1);
            }
            ServerStats after = server.stats();
            assertTrue(after.loopCpuNanos() > before.loopCpuNanos());
            assertTrue(after.processCpuNanos() >= after.loopCpuNanos());
            assertEquals(0, after.loopAllocatedBytes());
            awaitOpenFiles(server, files);
        }
    }

    /** Which takes more than one buffer, and more than fits into the socket at once. */
    @ParameterizedTest
    @ValueSource(strings = {"limit-epoll", "limit-uring"})
    void answersLongMessages(String transport) throws Exception {
        try (ServerProcess server = start(transport, WorkloadKind.ECHO);
             LineProcess generator = LineProcess.start("load generator", List.of(LOADGEN.toString(), "echo",
                     server.address(), "40", "65536"))) {
            assertEquals(40, generator.readJson(20).get("connections"));
            assertEquals(1000, generator.ask("count 1000", 30).get("messages"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit-epoll", "limit-uring"})
    void whoDoesNotReadKeepsNobodyWaitingAndGetsEverythingInTheEnd(String transport) throws Exception {
        byte[] block = new byte[BLOCK];
        new Random(1).nextBytes(block);
        AtomicInteger sent = new AtomicInteger();
        AtomicBoolean enough = new AtomicBoolean();
        try (ServerProcess server = start(transport, WorkloadKind.ECHO); Socket slow = connect(server)) {
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> write(slow, block, sent, enough));
            awaitStall(sent);
            try (LoadGenerator generator = new LoadGenerator(LOADGEN, transport, server.address(),
                    new Workload(WorkloadKind.ECHO, 3), options(transport).cores())) {
                assertEquals(300, generator.count(300).messages());
            }
            enough.set(true);
            int blocks = 0;
            byte[] received = slow.getInputStream().readNBytes(BLOCK);
            while (received.length > 0) {
                assertArrayEquals(block, received);
                blocks++;
                received = slow.getInputStream().readNBytes(BLOCK);
            }
            writer.get();
            assertEquals(sent.get(), blocks, "and after our end, that of the server");
        }
    }

    private static void write(Socket socket, byte[] block, AtomicInteger sent, AtomicBoolean enough) {
        try {
            while (!enough.get()) {
                socket.getOutputStream().write(block);
                sent.incrementAndGet();
            }
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Until nothing more has room: how much that is depends on the system's settings and on how busy it is. */
    private static void awaitStall(AtomicInteger sent) throws Exception {
        int before = -1;
        while (sent.get() == 0 || sent.get() != before) {
            before = sent.get();
            Thread.sleep(100);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit-epoll", "limit-uring"})
    void aResetWithMuchUnsentLeavesNothingBehind(String transport) throws Exception {
        byte[] bytes = new byte[512 * 1024];
        Arrays.fill(bytes, (byte) 7);
        try (ServerProcess server = start(transport, WorkloadKind.ECHO)) {
            long files = openFiles(server);
            for (int i = 0; i < 10; i++) {
                try (Socket socket = connect(server)) {
                    socket.setSoLinger(true, 0);
                    socket.getOutputStream().write(bytes);
                }
            }
            awaitOpenFiles(server, files);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit-epoll", "limit-uring"})
    void whatItDoesNotDoItSays(String transport) throws Exception {
        for (WorkloadKind kind : List.of(WorkloadKind.STREAM, WorkloadKind.UDP, WorkloadKind.IDLE)) {
            try (ServerProcess server = start(transport, kind)) {
                assertEquals("it does nothing but echo over TCP", server.unavailable());
            }
        }
    }
}
