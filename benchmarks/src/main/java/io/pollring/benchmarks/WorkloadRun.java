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
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Compares all contenders under one workload. All servers are up at once, each with its generator connected, and get
 * the same warm-up, twice. Then come the rounds: in each, every server in turn gets its few seconds of load while the
 * others idle, and the next round begins with the next server, so that none always follows the same one.
 */
final class WorkloadRun {
    private final Options options;
    private final Workload workload;
    private final SyscallCounter counter;
    private final Consumer<String> progress;

    /** @param counter {@code null} to count no system calls */
    WorkloadRun(Options options, Workload workload, SyscallCounter counter, Consumer<String> progress) {
        this.options = options;
        this.workload = workload;
        this.counter = counter;
        this.progress = progress;
    }

    Result run() throws IOException, InterruptedException {
        String unusable = LoadGenerator.unusable(options.loadgen(), workload.kind().load());
        if (unusable != null) {
            Map<String, String> unavailable = new LinkedHashMap<>();
            options.contenders().forEach(contender -> unavailable.put(contender.label(), unusable));
            return new Result(workload, List.of(), unavailable, nameOf(counter));
        }
        try (ServerProcess backend = workload.kind() == WorkloadKind.PROXY ? ServerProcess.newBackend(options) : null) {
            return run(backend);
        }
    }

    /** @param backend the server behind all of them, or {@code null} */
    private Result run(ServerProcess backend) throws IOException, InterruptedException {
        List<Opponents> started = new ArrayList<>();
        Map<String, String> unavailable = new LinkedHashMap<>();
        try {
            for (Contender contender : options.contenders()) {
                progress.accept(workload + ": starting " + contender);
                ServerProcess server = new ServerProcess(contender, workload, options, options.cores(), false, backend);
                if (server.unavailable() == null) {
                    started.add(new Opponents(server, options.loadgen(), workload, options.cores()));
                } else {
                    unavailable.put(contender.label(), server.unavailable());
                    server.close();
                }
            }
            Opponents yardstick = started.stream().filter(opponents ->
                    opponents.server().contender().label().equals(Rate.YARDSTICK)).findFirst().orElse(null);
            if (workload.rate() != null && workload.rate().isShare() && yardstick == null) {
                started.forEach(opponents -> unavailable.put(opponents.server().contender().label(), workload.rate()
                        + " is of what " + Rate.YARDSTICK + " can do, which cannot be used here"));
                return new Result(workload, List.of(), unavailable, nameOf(counter));
            }
            return new Result(workload, compare(started, yardstick), unavailable, nameOf(counter));
        } finally {
            closeAll(started);
        }
    }

    static String nameOf(SyscallCounter counter) {
        return counter == null ? "not counted" : counter.name();
    }

    /** @param yardstick the one whose capacity a rate may be a share of */
    private List<ContenderResult> compare(List<Opponents> all, Opponents yardstick)
            throws IOException, InterruptedException {
        List<ContenderResult> results = new ArrayList<>();
        warmUp(all, options.warmup());
        // Who idles for the first time goes where it never went under load, and has its code compiled anew.
        warmUp(all, options.warmup() / 2);
        for (Opponents opponents : all) {
            ContenderResult result = new ContenderResult(workload.kind(), opponents.server().contender());
            result.greeted(opponents.server().greeting());
            results.add(result);
        }
        if (workload.rate() != null) {
            setRate(all, yardstick);
        }
        for (int round = 0; round < options.rounds(); round++) {
            progress.accept(workload + ": round " + (round + 1) + " of " + options.rounds());
            for (int i = 0; i < all.size(); i++) {
                int turn = (round + i) % all.size();
                results.get(turn).add(all.get(turn).measure(allBut(all, turn), options.cores(), options.seconds()));
            }
        }
        for (int i = 0; i < all.size() && workload.kind() != WorkloadKind.HANDOVER; i++) {
            Opponents each = all.get(i);
            long resident = ProcFs.residentBytes(each.server().pid());
            progress.accept(workload + ": counting for " + each.server().contender());
            results.get(i).setCounts(ExactCounts.take(each, counter, workload.counted(options.count())), resident);
        }
        return results;
    }

    private void warmUp(List<Opponents> all, double seconds) throws IOException, InterruptedException {
        for (Opponents opponents : all) {
            progress.accept(workload + ": warming up " + opponents.server().contender());
            opponents.warmUp(seconds);
        }
    }

    /** Warm-ups are closed loops whatever the rate, as few messages would leave half of a server in the interpreter. */
    private void setRate(List<Opponents> all, Opponents yardstick) throws IOException, InterruptedException {
        double capacity = 0;
        if (workload.rate().isShare()) {
            LoadReport load = yardstick.run(Math.max(1, options.seconds()));
            capacity = load.messages() * 1e9 / load.elapsedNanos();
        }
        double rate = workload.rate().perSecond(capacity);
        progress.accept(workload + String.format(Locale.ROOT, ": %,.0f messages a second", rate));
        all.forEach(opponents -> opponents.setRate(rate));
    }

    private static List<ServerProcess> allBut(List<Opponents> all, int turn) {
        return all.stream().filter(opponents -> opponents != all.get(turn)).map(Opponents::server).toList();
    }

    /** Closes all of them even when closing one fails. */
    private static void closeAll(List<Opponents> all) throws IOException {
        if (!all.isEmpty()) {
            try (Opponents first = all.get(0)) {
                closeAll(all.subList(1, all.size()));
            }
        }
    }
}
