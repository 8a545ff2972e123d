/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Counts the system calls of a server under steady load with {@code strace -c -f}, all its threads included, and checks
 * what we promise: our loop does not touch its epoll set and enters the kernel at most once per iteration, also where a
 * channel is read on demand, for which Netty's epoll pays two {@code epoll_ctl} per message.
 */
final class SyscallBars {
    private static final double WARMUP_SECONDS = 2;
    private static final long MESSAGES = 20_000;
    /** Attaching and detaching interrupt a waiting loop, which then enters the kernel once more in the same turn. */
    private static final long ENTERS_BY_STRACE = 2;
    private static final double FEW = 0.01;

    private final Options options;
    private final PrintStream out;
    private boolean met = true;

    private SyscallBars(Options options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    /** @return whether every bar is met */
    static boolean run(Options options, PrintStream out) throws IOException, InterruptedException {
        String unusable = StraceCounter.unusable();
        if (unusable != null) {
            out.println(unusable);
            return false;
        }
        SyscallBars bars = new SyscallBars(options, out);
        for (Workload workload : options.workloads()) {
            for (Contender contender : options.contenders()) {
                bars.count(workload, contender);
            }
        }
        return bars.met;
    }

    private void count(Workload workload, Contender contender) throws IOException, InterruptedException {
        out.println();
        out.println("== " + contender + ", " + workload + ", " + MESSAGES + " messages under strace -c -f");
        ServerProcess server = new ServerProcess(contender, workload, options, true);
        if (server.unavailable() != null) {
            out.println(contender + " cannot be used here: " + server.unavailable());
            server.close();
            return;
        }
        try (Opponents opponents = new Opponents(server, options.loadgen(), workload, options.cores())) {
            opponents.generator().run(WARMUP_SECONDS);
            ServerStats before = server.stats();
            Map<String, Long> calls;
            try (SyscallCounter.Session session = new StraceCounter(true).attach(server)) {
                opponents.generator().count(MESSAGES);
                calls = new TreeMap<>(session.detach());
            }
            ServerStats after = server.stats();
            report(workload, contender, calls, after.loopIterations() - before.loopIterations());
        }
    }

    private void report(Workload workload, Contender contender, Map<String, Long> calls, long iterations) {
        Table table = new Table("system call", "count", "per message", "per loop iteration");
        calls.forEach((kind, count) -> table.add(kind, Long.toString(count), perUnit(count, MESSAGES),
                perUnit(count, iterations)));
        table.lines().forEach(out::println);
        out.println(iterations + " loop iterations, " + perUnit(MESSAGES, iterations) + " messages in each");
        bars(workload, contender.transport(), calls, iterations).forEach((bar, isMet) -> {
            met &= isMet;
            out.println((isMet ? "MET     " : "NOT MET ") + bar);
        });
    }

    /** The bars of one transport under one workload, and whether they are met. */
    static Map<String, Boolean> bars(Workload workload, String transport, Map<String, Long> calls, long iterations) {
        Map<String, Boolean> bars = new LinkedHashMap<>();
        long ctl = calls.getOrDefault("epoll_ctl", 0L);
        if (transport.equals("pollring") || transport.equals("own")) {
            bars.put("no epoll_ctl", ctl == 0);
            bars.put("no epoll_wait", waits(calls) == 0);
            long enters = calls.getOrDefault("io_uring_enter", 0L);
            bars.put("it is the ring that waits: io_uring_enter is called", enters > 0);
            bars.put("at most one io_uring_enter per loop iteration", enters <= iterations + ENTERS_BY_STRACE);
        } else if (transport.equals("epoll") && workload.kind() == WorkloadKind.ONDEMAND) {
            // Not a bar on ours, but the yardstick: if this no longer holds, the comparison has lost its point.
            bars.put("Netty's epoll makes two epoll_ctl per message", Math.abs(ctl / (double) MESSAGES - 2) < FEW);
        }
        return bars;
    }

    private static long waits(Map<String, Long> calls) {
        return Stream.of("epoll_wait", "epoll_pwait", "epoll_pwait2")
                .mapToLong(kind -> calls.getOrDefault(kind, 0L)).sum();
    }

    private static String perUnit(long count, long units) {
        return units == 0 ? "-" : String.format(Locale.ROOT, "%.4f", (double) count / units);
    }
}
