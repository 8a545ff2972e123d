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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What the command line asks for.
 *
 * @param syscalls whether to check the bars on system calls instead of timing anything
 * @param counter  {@code auto}, {@code perf}, {@code strace} or {@code none}
 * @param notes    what is to be said of the choice that was made
 * @param json     {@code null} when nobody wants it
 * @param html     {@code null} when nobody wants it
 */
record Options(boolean syscalls, int rounds, double seconds, double warmup, long count, String counter,
               List<Contender> contenders, List<Workload> workloads, List<String> notes, Cores cores, Path json,
               Path html, Path loadgen) {
    private static final String QUICK_TRANSPORTS = "own,epoll,io_uring,io_uring-bufring,limit-uring";
    private static final String SYSCALL_WORKLOADS = "echo:1,echo:64,ondemand:64";
    static final String USAGE = String.join(System.lineSeparator(),
            "usage: benchmarks/run [options]        compare transports, in interleaved rounds",
            "       benchmarks/syscalls [options]   count system calls with strace and check our bars on them",
            "  --quick                in five minutes: 9 rounds, " + QUICK_TRANSPORTS + ",",
            "                         " + Workload.QUICK + "; other options change it",
            "  --rounds N             rounds per workload (default 15; fewer than " + Ratio.MIN_ROUNDS
                    + " give no ratios)",
            "  --seconds S            length of a round (default 1)",
            "  --warmup S             load on each server before its first round (default 5), and half of it again",
            "  --transports A,B,...   of " + Contender.TRANSPORTS + "; the first is compared to each of the others;",
            "                         A@name=value is A with a system property, A,A is A twice, to see the noise;",
            "                         own@jar=PATH, pollring@jar=PATH are ours as built at another time: PATH is a",
            "                         jar, or a folder with those of the transport and its native library",
            "  --workloads W,...      SERVICE:CONNECTIONS, of " + WorkloadKind.labels(),
            "                         (default " + Workload.FULL + ");",
            "                         rate:R:CONNECTIONS sends R messages a second, or R% of what epoll echoes;",
            "                         idle measures memory: each round starts new servers, and takes what it takes",
            "                         grow stands for " + Workload.GROW,
            "  --count N              messages over which exact counts are taken (default 50000; fewer of what costs",
            "                         more than an echo: 1/50th of that of stream and upload, 1/5th of churn,",
            "                         1/250th of quic)",
            "  --counter C            perf, strace or none: what counts system calls (default: perf, else strace)",
            "  --cores S,G            the servers' core and the load generators' (default: the first two we may use)",
            "  --pin WHAT             processes (default), loop, shared (both processes on both cores) or nothing:",
            "                         what is kept on these cores; a server kept on one as a whole does not watch its",
            "                         ring (io.pollring.watchMicros); several loops are never kept on one",
            "  --realtime             servers and load generators go before whatever else runs on their cores: for a",
            "                         machine that others use, too (needs root)",
            "  --json FILE            write everything that was measured to FILE as well",
            "  --html FILE            write a page with plots to FILE as well",
            "  --loadgen FILE         the load generator's binary (the script says where)");

    private static final Set<String> SWITCHES = Set.of("--syscalls", "--quick", "--realtime");
    private static final Set<String> VALUES = Set.of("--rounds", "--seconds", "--warmup", "--count", "--counter",
            "--transports", "--workloads", "--cores", "--pin", "--json", "--html", "--loadgen");
    private static final double MAX_SECONDS = 3600;

    /** @throws IllegalArgumentException with a text for the user */
    static Options parse(String... args) throws IOException {
        Map<String, String> given = given(args);
        if (!given.containsKey("--loadgen")) {
            throw new IllegalArgumentException("--loadgen is needed");
        }
        boolean syscalls = given.containsKey("--syscalls");
        boolean quick = given.containsKey("--quick");
        List<Contender> contenders = contenders(given.get("--transports"), syscalls, quick);
        List<String> notes = new ArrayList<>();
        List<Workload> workloads = workloads(given.get("--workloads"), syscalls, quick, contenders, notes);
        if (syscalls) {
            checkBars(contenders, workloads);
        }
        return new Options(syscalls,
                (int) number(given, "--rounds", quick ? 9 : 15, 1, 1000),
                number(given, "--seconds", quick ? 0.4 : 1, 0.01, MAX_SECONDS),
                number(given, "--warmup", 5, 0.01, MAX_SECONDS),
                (long) number(given, "--count", 50_000, 1, 1e9),
                counter(given.get("--counter")), contenders, workloads, notes, cores(given),
                path(given, "--json"), path(given, "--html"), path(given, "--loadgen"));
    }

    private static Map<String, String> given(String... args) {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < args.length; i++) {
            String option = args[i];
            if (SWITCHES.contains(option)) {
                given.put(option, "");
            } else if (!VALUES.contains(option)) {
                throw new IllegalArgumentException(option + ": no such option");
            } else if (i + 1 == args.length) {
                throw new IllegalArgumentException(option + " lacks its value");
            } else {
                i++;
                given.put(option, args[i]);
            }
        }
        return given;
    }

    private static List<Contender> contenders(String text, boolean syscalls, boolean quick) {
        List<String> standard = syscalls ? List.of("pollring", "epoll")
                : quick ? List.of(QUICK_TRANSPORTS.split(",")) : Contender.TRANSPORTS;
        return Contender.parseAll(text == null ? standard : List.of(text.split(",")));
    }

    private static List<Workload> workloads(String text, boolean syscalls, boolean quick, List<Contender> contenders,
                                            List<String> notes) throws IOException {
        List<String> labels = contenders.stream().map(Contender::label).toList();
        String standard = syscalls ? SYSCALL_WORKLOADS : quick ? Workload.QUICK : Workload.FULL;
        List<Workload> all = new ArrayList<>();
        for (String word : (text == null ? standard : text).split(",")) {
            if (word.equals("grow")) {
                addGrowing(all, notes);
            } else {
                all.add(Workload.parse(word));
            }
        }
        if (text == null) {
            // What nobody has asked for by name is left out where it cannot be.
            all.removeIf(workload -> workload.missingFrom(labels) != null);
        }
        all.stream().map(workload -> workload.missingFrom(labels)).filter(Objects::nonNull).findFirst()
                .ifPresent(missing -> {
                    throw new IllegalArgumentException(missing);
                });
        return all;
    }

    /** Without those that cannot be here, as nobody has named them: what there is of a series is worth it. */
    private static void addGrowing(List<Workload> all, List<String> notes) {
        long limit = FileLimit.hard();
        for (String name : Workload.GROW.split(",")) {
            Workload workload = Workload.parse(name);
            if (FileLimit.suffices(limit, workload)) {
                all.add(workload);
            } else {
                notes.add("left out: " + FileLimit.needs(limit, workload));
            }
        }
    }

    /** The bars are on a steady load of messages; of connections that come and go they say nothing. */
    private static void checkBars(List<Contender> contenders, List<Workload> workloads) {
        if (!workloads.stream().allMatch(workload -> workload.kind().isEcho())) {
            throw new IllegalArgumentException("the bars on system calls are on echo and ondemand only");
        }
        if (contenders.stream().anyMatch(Contender::isLimit)) {
            throw new IllegalArgumentException("a server in C does not count the iterations of its loop");
        }
    }

    private static double number(Map<String, String> given, String option, double standard, double min, double max) {
        return given.containsKey(option) ? number(option, given.get(option), min, max) : standard;
    }

    private static double number(String option, String text, double min, double max) {
        double value;
        try {
            value = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + ": '" + text + "' is no number", e);
        }
        if (!(value >= min && value <= max)) {
            throw new IllegalArgumentException(option + ": " + text + " must be in " + min + ".." + max);
        }
        return value;
    }

    private static String counter(String text) {
        List<String> counters = List.of("perf", "strace", "none");
        if (text != null && !counters.contains(text)) {
            throw new IllegalArgumentException("--counter: '" + text + "' must be one of " + counters);
        }
        return text == null ? "auto" : text;
    }

    private static Cores cores(Map<String, String> given) throws IOException {
        boolean realtime = given.containsKey("--realtime");
        Pins pins = given.containsKey("--pin") ? Pins.parse(given.get("--pin")) : Pins.PROCESSES;
        String text = given.get("--cores");
        if (text == null) {
            return Cores.choose(Pinning.allowedCores(), realtime, pins);
        }
        String[] parts = text.split(",");
        if (parts.length != 2) {
            throw new IllegalArgumentException("--cores: '" + text + "' must be two numbers, as in 0,1");
        }
        return new Cores((int) number("--cores", parts[0], 0, 65535), (int) number("--cores", parts[1], 0, 65535),
                realtime, pins);
    }

    private static Path path(Map<String, String> given, String option) {
        return given.containsKey(option) ? Path.of(given.get(option)) : null;
    }

    /** Another binary that is built together with the load generator. */
    Path binary(String name) {
        return loadgen.resolveSibling(name);
    }
}
