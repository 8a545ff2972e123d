/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Measures what idle connections cost in memory. Each round starts every server anew, one after the other and the next
 * round with the next server: what a server has once grown for its connections, a table for example, it keeps when they
 * are gone, so no second look at the same one would see it.
 */
final class IdleRun extends FreshRun<IdleMeasurement> {
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

    IdleResult run() throws IOException, InterruptedException {
        if (looksAtKernel()) {
            List<Double> sockets = new ArrayList<>();
            for (int i = 0; i < SOCKET_ROUNDS; i++) {
                sockets.add(measureSockets());
            }
            socketBytes = Statistics.median(sockets);
        }
        // Bytes do not vary as times do: more rounds would take long, and tell nothing more.
        measureAll(Math.min(options().rounds(), Ratio.MIN_ROUNDS));
        return new IdleResult(workload(), rounds(), unavailable(), withoutRing());
    }

    @Override
    IdleMeasurement measure(ServerProcess server) throws IOException, InterruptedException {
        Workload warmup = new Workload(workload().kind(), Math.min(WARMUP_CONNECTIONS, workload().connections()));
        try (LoadGenerator generator = connect(server, warmup)) {
            generator.count(Math.min(WARMUP_MESSAGES, options().count()));
        }
        MemoryUse before = memoryWith(server, 0);
        KernelMemory kernel = looksAtKernel() ? KernelMemory.readSettled() : null;
        try (LoadGenerator generator = connect(server, workload())) {
            generator.count(workload().connections());
            TimeUnit.SECONDS.sleep(IDLE_SECONDS);
            double kernelBytes = kernel == null ? Double.NaN
                    : KernelMemory.read().grownSince(kernel, workload().connections()) - socketBytes;
            return new IdleMeasurement(before, memoryWith(server, workload().connections()), kernelBytes);
        }
    }

    private boolean looksAtKernel() {
        return KernelMemory.isReadable() && workload().connections() >= MIN_KERNEL_CONNECTIONS;
    }

    private double measureSockets() throws IOException, InterruptedException {
        say("what sockets cost the kernel");
        KernelMemory before = KernelMemory.readSettled();
        try (UnwatchedServer server = new UnwatchedServer(workload().connections(), workload().kind().messageSize());
                LoadGenerator generator = connect("an unwatched server", server.port(), workload())) {
            generator.count(workload().connections());
            TimeUnit.SECONDS.sleep(IDLE_SECONDS);
            return KernelMemory.read().grownSince(before, workload().connections());
        }
    }

    private LoadGenerator connect(ServerProcess server, Workload connections)
            throws IOException, InterruptedException {
        return connect(server.contender().label(), server.address(), connections);
    }

    private LoadGenerator connect(String server, String address, Workload connections)
            throws IOException, InterruptedException {
        return new LoadGenerator(options().loadgen(), server, address, connections, options().cores());
    }

    /** The server learns a moment later than the client that a connection is gone. */
    private static MemoryUse memoryWith(ServerProcess server, int connections)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + SETTLE_SECONDS * 1_000_000_000L;
        MemoryUse memory = server.memory();
        while (memory.connections() != connections) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException(server.contender() + " has " + memory.connections() + " connections and not "
                        + connections);
            }
            Thread.sleep(SETTLE_MILLIS);
            memory = server.memory();
        }
        return memory;
    }
}
