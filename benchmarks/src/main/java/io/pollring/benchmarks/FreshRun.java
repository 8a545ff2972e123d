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

/**
 * Measures servers of which each round starts every one anew, one after the other, and the next round with the next
 * server.
 */
abstract class FreshRun {
    final Options options;
    final Workload workload;
    private final Consumer<String> progress;
    private final Map<String, String> unavailable = new LinkedHashMap<>();

    FreshRun(Options options, Workload workload, Consumer<String> progress) {
        this.options = options;
        this.workload = workload;
        this.progress = progress;
    }

    /** Takes one measurement of a server that has just been started, and returns its figures. */
    abstract Map<String, Object> measure(ServerProcess server) throws IOException, InterruptedException;

    final Result measureAll(int count) throws IOException, InterruptedException {
        List<ContenderResult> results = new ArrayList<>();
        options.contenders().forEach(contender -> results.add(new ContenderResult(workload.kind(), contender)));
        for (int round = 0; round < count; round++) {
            for (int i = 0; i < results.size(); i++) {
                ContenderResult result = results.get((round + i) % results.size());
                if (!unavailable.containsKey(result.label())) {
                    say("round " + (round + 1) + " of " + count + ", " + result.label());
                    measure(result);
                }
            }
        }
        results.removeIf(result -> result.rounds() == 0);
        return new Result(workload, results, unavailable, WorkloadRun.nameOf(null));
    }

    private void measure(ContenderResult result) throws IOException, InterruptedException {
        try (ServerProcess server = new ServerProcess(result.contender(), workload, options, false)) {
            if (server.unavailable() != null) {
                unavailable.put(result.label(), server.unavailable());
                return;
            }
            result.greeted(server.greeting());
            result.add(measure(server));
        }
    }

    final void say(String text) {
        progress.accept(workload + ": " + text);
    }
}
