/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/** A server and the load generator that is connected to it. */
final class Opponents implements Closeable {
    private final ServerProcess server;
    private final LoadGenerator generator;
    /** Messages a second of an open loop; 0 for a closed one. */
    private double rate;

    /** Takes over the server and closes it with itself, also when the generator cannot be started. */
    Opponents(ServerProcess server, Path binary, Workload workload, Cores cores)
            throws IOException, InterruptedException {
        this.server = server;
        try {
            generator = new LoadGenerator(binary, server.contender().label(), server.address(), workload, cores);
        } catch (IOException | InterruptedException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    ServerProcess server() {
        return server;
    }

    LoadGenerator generator() {
        return generator;
    }

    /** From now on, load is an open loop of so many messages a second. */
    void setRate(double messagesPerSecond) {
        rate = messagesPerSecond;
    }

    /** Puts load on the server for that long. */
    LoadReport run(double seconds) throws IOException, InterruptedException {
        if (rate > 0) {
            return generator.run(seconds, rate);
        }
        Backend backend = server.backend();
        if (backend == null) {
            return generator.run(seconds);
        }
        long before = backend.cpuNanos();
        LoadReport load = generator.run(seconds);
        return load.withHelper(backend.cpuNanos() - before);
    }

    @Override
    public void close() throws IOException {
        try (server) {
            generator.close();
        }
    }
}
