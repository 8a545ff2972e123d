/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The server behind the proxies that are measured, on the load generators' core; the limit server on epoll. */
final class Backend implements AutoCloseable {
    private static final double START_SECONDS = 30;

    private final LineProcess process;
    private final int port;

    Backend(Path binary, Cores cores) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(cores.generatorPrefix());
        command.addAll(List.of(binary.toString(), "echo"));
        process = LineProcess.start("backend", command);
        try {
            port = ((Number) process.readJson(START_SECONDS).get("port")).intValue();
        } catch (IOException | InterruptedException | RuntimeException e) {
            process.close();
            throw e;
        }
    }

    int port() {
        return port;
    }

    long cpuNanos() throws IOException {
        return ProcFs.processCpuNanos(process.pid());
    }

    @Override
    public void close() throws IOException {
        process.close();
    }
}
