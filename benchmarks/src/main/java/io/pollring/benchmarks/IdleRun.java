/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Measures what idle connections cost in memory. Each round starts every server anew, one after the other and the next
 * round with the next server: what a server has once grown for its connections, a table for example, it keeps when they
 * are gone, so no second look at the same one would see it.
 */
final class IdleRun extends FreshRun {
    /** Few connections and many messages, for everything to be there that is needed but once. */
    private static final int WARMUP_CONNECTIONS = 100;
    private static final long WARMUP_MESSAGES = 20_000;
    private static final int SOCKET_ROUNDS = 3;
    /** With fewer connections what the whole machine does hides what they take. */
    private static final int MIN_KERNEL_CONNECTIONS = 5000;
    private static final long SETTLE_SECONDS = 15;
    private static final long SETTLE_MILLIS = 50;

    /** Own channels give up a receive that has brought nothing for 5 to 10 s. The same time for all. */
    static final int IDLE_SECONDS = 12;

    /** The kernel's memory for a connection that nothing watches on the server's side; NaN if that is not known. */
    private double socketBytes = Double.NaN;

    IdleRun(Options options, Workload workload, Consumer<String> progress) {
        super(options, workload, progress);
    }

    Result run() throws IOException, InterruptedException {
        if (looksAtKernel()) {
            List<Double> sockets = new ArrayList<>();
            for (int i = 0; i < SOCKET_ROUNDS; i++) {
                sockets.add(measureSockets());
            }
            socketBytes = MedianInterval.median(sockets);
        }
        // Bytes do not vary as times do: more rounds would take long, and tell nothing more.
        return measureAll(Math.min(options.rounds(), Ratio.MIN_ROUNDS));
    }

    @Override
    Map<String, Object> measure(ServerProcess server) throws IOException, InterruptedException {
        Workload warmup = new Workload(workload.kind(), Math.min(WARMUP_CONNECTIONS, workload.connections()));
        try (LoadGenerator generator = connect(server.contender().label(), server.address(), warmup)) {
            generator.count(Math.min(WARMUP_MESSAGES, options.count()));
        }
        Map<String, Object> before = memoryWith(server, 0);
        KernelMemory kernel = looksAtKernel() ? KernelMemory.readSettled() : null;
        try (LoadGenerator generator = connect(server.contender().label(), server.address(), workload)) {
            generator.count(workload.connections());
            TimeUnit.SECONDS.sleep(IDLE_SECONDS);
            KernelMemory now = kernel == null ? null : KernelMemory.read();
            Map<String, Object> round = grown(before, memoryWith(server, workload.connections()));
            if (now != null) {
                Measurement.put(round, Figure.KERNEL, now.grownSince(kernel, workload.connections()) - socketBytes);
            }
            return round;
        }
    }

    /** What a server's memory, as it tells of it, has grown by per connection when it got many of them. */
    static Map<String, Object> grown(Map<String, Object> before, Map<String, Object> after) {
        double connections = grown(before, after, "connections");
        if (connections <= 0) {
            throw new IllegalArgumentException(connections + " more connections: there must be some");
        }
        Map<String, Object> round = new LinkedHashMap<>();
        double heap = grown(before, after, "heapBytes") / connections;
        double direct = grown(before, after, "directBytes") / connections;
        Measurement.put(round, Figure.HEAP, heap);
        Measurement.put(round, Figure.DIRECT, direct);
        Measurement.put(round, Figure.HEAP_AND_DIRECT, heap + direct);
        Measurement.put(round, Figure.RESIDENT, grown(before, after, "residentBytes") / connections);
        round.put("allocatorDirectBytesPerConnection", grown(before, after, "allocatorDirectBytes") / connections);
        return round;
    }

    private static double grown(Map<String, Object> before, Map<String, Object> after, String name) {
        return ResultDocument.number(after, name) - ResultDocument.number(before, name);
    }

    private boolean looksAtKernel() {
        return KernelMemory.isReadable() && workload.connections() >= MIN_KERNEL_CONNECTIONS;
    }

    private double measureSockets() throws IOException, InterruptedException {
        say("what sockets cost the kernel");
        KernelMemory before = KernelMemory.readSettled();
        try (UnwatchedServer server = new UnwatchedServer(workload.connections(), workload.kind().load().messageSize());
                LoadGenerator generator = connect("an unwatched server", server.port(), workload)) {
            generator.count(workload.connections());
            TimeUnit.SECONDS.sleep(IDLE_SECONDS);
            return KernelMemory.read().grownSince(before, workload.connections());
        }
    }

    private LoadGenerator connect(String server, String address, Workload connections)
            throws IOException, InterruptedException {
        return new LoadGenerator(options.loadgen(), server, address, connections, options.cores());
    }

    /** The server learns a moment later than the client that a connection is gone. */
    private static Map<String, Object> memoryWith(ServerProcess server, int connections)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + SETTLE_SECONDS * 1_000_000_000L;
        Map<String, Object> memory = server.memory();
        while (ResultDocument.number(memory, "connections") != connections) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException(server.contender() + " has " + memory.get("connections") + " connections and not "
                        + connections);
            }
            Thread.sleep(SETTLE_MILLIS);
            memory = server.memory();
        }
        return memory;
    }
}
