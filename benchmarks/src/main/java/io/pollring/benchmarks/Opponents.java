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
import java.util.List;
import java.util.Map;

/** A server and the load generator that is connected to it, unless its own threads are the load. */
final class Opponents implements Closeable {
    private final ServerProcess server;
    private final LoadGenerator generator;
    private final Workload workload;
    /** Messages a second of an open loop; 0 for a closed one. */
    private double rate;

    /** Takes over the server and closes it with itself, also when the generator cannot be started. */
    Opponents(ServerProcess server, Path binary, Workload workload, Cores cores)
            throws IOException, InterruptedException {
        this.server = server;
        this.workload = workload;
        try {
            generator = workload.kind() == WorkloadKind.HANDOVER ? null : new LoadGenerator(binary,
                    server.contender().label(), server.address(), workload, cores);
        } catch (IOException | InterruptedException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    ServerProcess server() {
        return server;
    }

    /** {@code null} where there is none. */
    LoadGenerator generator() {
        return generator;
    }

    /** From now on, load is an open loop of so many messages a second. */
    void setRate(double messagesPerSecond) {
        rate = messagesPerSecond;
    }

    /** Puts load on the server for that long. */
    LoadReport run(double seconds) throws IOException, InterruptedException {
        return rate > 0 ? generator.run(seconds, rate) : generator.run(seconds);
    }

    void warmUp(double seconds) throws IOException, InterruptedException {
        if (generator == null) {
            server.handover(workload.connections(), seconds);
        } else {
            run(seconds);
        }
    }

    /**
     * Runs one round, and returns its figures.
     *
     * @param idle the other contenders' servers, which are to do nothing meanwhile
     */
    Map<String, Object> measure(List<ServerProcess> idle, Cores cores, double seconds)
            throws IOException, InterruptedException {
        return generator == null ? Measurement.takeHandover(server, workload.connections(), cores, seconds)
                : Measurement.take(this, idle, cores, seconds);
    }

    @Override
    public void close() throws IOException {
        try (server) {
            if (generator != null) {
                generator.close();
            }
        }
    }
}
