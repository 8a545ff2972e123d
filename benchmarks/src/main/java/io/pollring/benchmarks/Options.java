/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** What the command line asks for. */
final class Options {
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
            "  --warmup S             load on each server before its first round (default 5)",
            "  --transports A,B,...   of " + Contender.TRANSPORTS + "; the first is compared to each of the others;",
            "                         A@name=value is A with a system property, A,A is A twice, to see the noise;",
            "                         own@jar=PATH, pollring@jar=PATH are ours as built at another time: PATH is a jar,",
            "                         or a folder with those of the transport and its native library",
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
            "                         what is kept on these cores; a server kept on one as a whole does not watch its ring",
            "                         (io.pollring.watchMicros); several loops are never kept on one",
            "  --realtime             servers and load generators go before whatever else runs on their cores: for a",
            "                         machine that others use, too (needs root)",
            "  --json FILE            write everything that was measured to FILE as well",
            "  --html FILE            write a page with plots to FILE as well",
            "  --loadgen FILE         the load generator's binary (the script says where)");

    private static final double MAX_SECONDS = 3600;
    private static final int ROUNDS = 15;
    private static final int QUICK_ROUNDS = 9;
    private static final double QUICK_SECONDS = 0.6;

    private boolean syscalls;
    private boolean quick;
    private int rounds;
    private double seconds;
    private double warmup = 5;
    private long count = 50_000;
    private String counter = "auto";
    private final List<String> notes = new ArrayList<>();
    private List<Contender> contenders;
    private List<Workload> workloads;
    private boolean realtime;
    private String coresText;
    private Pins pins = Pins.PROCESSES;
    private Cores cores;
    private Path json;
    private Path html;
    private Path loadgen;

    private Options() {
    }

    /** @throws IllegalArgumentException with a text for the user */
    static Options parse(String... args) throws IOException {
        Options options = new Options();
        Deque<String> rest = new ArrayDeque<>(Arrays.asList(args));
        while (!rest.isEmpty()) {
            options.take(rest.pop(), rest);
        }
        options.setDefaults();
        return options;
    }

    private void take(String option, Deque<String> rest) throws IOException {
        switch (option) {
            case "--syscalls":
                syscalls = true;
                return;
            case "--quick":
                quick = true;
                return;
            case "--realtime":
                realtime = true;
                return;
            default:
        }
        if (rest.isEmpty()) {
            throw new IllegalArgumentException(option + ": no such option, or it lacks its value");
        }
        String value = rest.pop();
        switch (option) {
            case "--rounds":
                rounds = (int) number(option, value, 1, 1000);
                break;
            case "--seconds":
                seconds = number(option, value, 0.01, MAX_SECONDS);
                break;
            case "--warmup":
                warmup = number(option, value, 0.01, MAX_SECONDS);
                break;
            case "--count":
                count = (long) number(option, value, 1, 1e9);
                break;
            case "--counter":
                counter = oneOf(option, value, List.of("perf", "strace", "none"));
                break;
            case "--transports":
                contenders = Contender.parseAll(List.of(value.split(",")));
                break;
            case "--workloads":
                workloads = workloads(value);
                break;
            case "--cores":
                coresText = value;
                break;
            case "--pin":
                pins = Pins.parse(value);
                break;
            case "--json":
                json = Path.of(value);
                break;
            case "--html":
                html = Path.of(value);
                break;
            case "--loadgen":
                loadgen = Path.of(value);
                break;
            default:
                throw new IllegalArgumentException(option + ": no such option");
        }
    }

    private void setDefaults() throws IOException {
        if (loadgen == null) {
            throw new IllegalArgumentException("--loadgen is needed");
        }
        if (rounds == 0) {
            rounds = quick ? QUICK_ROUNDS : ROUNDS;
        }
        if (seconds == 0) {
            seconds = quick ? QUICK_SECONDS : 1;
        }
        if (contenders == null) {
            contenders = Contender.parseAll(syscalls ? List.of("pollring", "epoll")
                    : quick ? List.of(QUICK_TRANSPORTS.split(",")) : Contender.TRANSPORTS);
        }
        if (workloads == null) {
            workloads = workloads(syscalls ? SYSCALL_WORKLOADS : quick ? Workload.QUICK : Workload.FULL);
            // What nobody has asked for by name is left out where it cannot be.
            workloads.removeIf(workload -> missing(workload) != null);
        }
        workloads.stream().map(this::missing).filter(Objects::nonNull).findFirst().ifPresent(missing -> {
            throw new IllegalArgumentException(missing);
        });
        // The bars are on a steady load of messages; of connections that come and go they say nothing.
        if (syscalls && !workloads.stream().allMatch(workload -> workload.kind().isEcho())) {
            throw new IllegalArgumentException("the bars on system calls are on echo and ondemand only");
        }
        if (syscalls && contenders.stream().anyMatch(Contender::isLimit)) {
            throw new IllegalArgumentException("a server in C does not count the iterations of its loop");
        }
        cores = coresText == null ? Cores.choose(Pinning.allowedCores(), realtime, pins) : cores(coresText);
    }

    private String missing(Workload workload) {
        return workload.rate() == null ? null
                : workload.rate().missingFrom(contenders.stream().map(Contender::label).collect(Collectors.toList()));
    }

    private List<Workload> workloads(String text) throws IOException {
        List<Workload> all = new ArrayList<>();
        for (String word : text.split(",")) {
            if (word.equals("grow")) {
                addGrowing(all);
            } else {
                all.add(Workload.parse(word));
            }
        }
        return all;
    }

    /** Without those that cannot be here, as nobody has asked for them by name: what there is of a series is worth it. */
    private void addGrowing(List<Workload> all) throws IOException {
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

    /** What is to be said of the choice that was made. */
    List<String> notes() {
        return notes;
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

    private static String oneOf(String option, String value, List<String> values) {
        if (!values.contains(value)) {
            throw new IllegalArgumentException(option + ": '" + value + "' must be one of " + values);
        }
        return value;
    }

    private Cores cores(String text) {
        String[] parts = text.split(",");
        if (parts.length != 2) {
            throw new IllegalArgumentException("--cores: '" + text + "' must be two numbers, as in 0,1");
        }
        return new Cores((int) number("--cores", parts[0], 0, 65535), (int) number("--cores", parts[1], 0, 65535),
                realtime, pins);
    }

    /** Whether to check the bars on system calls instead of timing anything. */
    boolean syscalls() {
        return syscalls;
    }

    int rounds() {
        return rounds;
    }

    double seconds() {
        return seconds;
    }

    double warmup() {
        return warmup;
    }

    long count() {
        return count;
    }

    /** {@code auto}, {@code perf}, {@code strace} or {@code none}. */
    String counter() {
        return counter;
    }

    List<Contender> contenders() {
        return contenders;
    }

    List<Workload> workloads() {
        return workloads;
    }

    Cores cores() {
        return cores;
    }

    /** {@code null} when nobody wants it. */
    Path json() {
        return json;
    }

    /** {@code null} when nobody wants it. */
    Path html() {
        return html;
    }

    Path loadgen() {
        return loadgen;
    }

    /** Another binary that is built together with the load generator. */
    Path binary(String name) {
        return loadgen.resolveSibling(name);
    }
}
