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
 *
 * @param <M> what is measured in a round
 */
abstract class FreshRun<M> {
    private final Options options;
    private final Workload workload;
    private final Consumer<String> progress;
    private final Map<Contender, List<M>> rounds = new LinkedHashMap<>();
    private final Map<String, String> unavailable = new LinkedHashMap<>();
    private final List<String> withoutRing = new ArrayList<>();

    FreshRun(Options options, Workload workload, Consumer<String> progress) {
        this.options = options;
        this.workload = workload;
        this.progress = progress;
    }

    /** Takes one measurement of a server that has just been started. */
    abstract M measure(ServerProcess server) throws IOException, InterruptedException;

    /** Takes all measurements; what comes out of it is in the collections below. */
    final void measureAll(int count) throws IOException, InterruptedException {
        List<Contender> contenders = options.contenders();
        contenders.forEach(contender -> rounds.put(contender, new ArrayList<>()));
        for (int round = 0; round < count; round++) {
            for (int i = 0; i < contenders.size(); i++) {
                Contender contender = contenders.get((round + i) % contenders.size());
                if (!unavailable.containsKey(contender.label())) {
                    say("round " + (round + 1) + " of " + count + ", " + contender);
                    measure(contender);
                }
            }
        }
        rounds.values().removeIf(List::isEmpty);
    }

    private void measure(Contender contender) throws IOException, InterruptedException {
        try (ServerProcess server = new ServerProcess(contender, workload, options, false)) {
            if (server.unavailable() != null) {
                unavailable.put(contender.label(), server.unavailable());
                return;
            }
            if (server.isWithoutRing() && !withoutRing.contains(contender.label())) {
                withoutRing.add(contender.label());
            }
            rounds.get(contender).add(measure(server));
        }
    }

    final void say(String text) {
        progress.accept(workload + ": " + text);
    }

    final Options options() {
        return options;
    }

    final Workload workload() {
        return workload;
    }

    /** Of those that could be measured. */
    final Map<Contender, List<M>> rounds() {
        return rounds;
    }

    final Map<String, String> unavailable() {
        return unavailable;
    }

    final List<String> withoutRing() {
        return withoutRing;
    }
}
