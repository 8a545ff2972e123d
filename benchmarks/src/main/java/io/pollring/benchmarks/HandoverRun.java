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
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Measures what it takes to hand work to a loop from other threads; all servers are up at once, in turns. */
final class HandoverRun {
    private final Options options;
    private final Workload workload;
    private final Consumer<String> progress;

    HandoverRun(Options options, Workload workload, Consumer<String> progress) {
        this.options = options;
        this.workload = workload;
        this.progress = progress;
    }

    HandoverResult run() throws IOException, InterruptedException {
        List<ServerProcess> servers = new ArrayList<>();
        Map<String, String> unavailable = new LinkedHashMap<>();
        try {
            for (Contender contender : options.contenders()) {
                progress.accept(workload + ": starting " + contender);
                ServerProcess server = new ServerProcess(contender, workload, options, false);
                if (server.unavailable() == null) {
                    servers.add(server);
                } else {
                    unavailable.put(contender.label(), server.unavailable());
                    server.close();
                }
            }
            List<String> withoutRing = servers.stream().filter(ServerProcess::isWithoutRing)
                    .map(server -> server.contender().label()).collect(Collectors.toList());
            return new HandoverResult(workload, compare(servers), unavailable, withoutRing);
        } finally {
            WorkloadRun.closeAll(servers);
        }
    }

    private Map<Contender, List<HandoverMeasurement>> compare(List<ServerProcess> servers)
            throws IOException, InterruptedException {
        Map<Contender, List<HandoverMeasurement>> rounds = new LinkedHashMap<>();
        for (ServerProcess server : servers) {
            progress.accept(workload + ": warming up " + server.contender());
            server.handover(workload.connections(), options.warmup());
            rounds.put(server.contender(), new ArrayList<>());
        }
        for (int round = 0; round < options.rounds(); round++) {
            progress.accept(workload + ": round " + (round + 1) + " of " + options.rounds());
            for (int i = 0; i < servers.size(); i++) {
                ServerProcess server = servers.get((round + i) % servers.size());
                rounds.get(server.contender()).add(HandoverMeasurement.take(server, workload.connections(),
                        options.cores(), options.seconds()));
            }
        }
        return rounds;
    }
}
