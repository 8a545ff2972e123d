/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The command behind {@code benchmarks/run} and {@code benchmarks/syscalls}. */
public final class Benchmarks {
    private static final int EXIT_FAILED = 1;
    private static final int EXIT_USAGE = 2;

    private Benchmarks() {
    }

    public static void main(String[] args) throws Exception {
        if (Arrays.asList(args).contains("--help")) {
            System.out.println(Options.USAGE);
            return;
        }
        Options options;
        try {
            options = Options.parse(args);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.println(Options.USAGE);
            System.exit(EXIT_USAGE);
            return;
        }
        try {
            FileLimit.check(options.workloads(), FileLimit.hard());
        } catch (IllegalStateException e) {
            System.err.println(e.getMessage());
            System.exit(EXIT_FAILED);
        }
        if (options.syscalls()) {
            System.exit(SyscallBars.run(options, System.out) ? 0 : EXIT_FAILED);
        }
        compare(options, System.out);
    }

    /** Runs all workloads, each with servers of its own, so that what one has warmed up does not colour the next. */
    static List<Result> compare(Options options, PrintStream out) throws IOException, InterruptedException {
        List<String> notes = new ArrayList<>(options.notes());
        SyscallCounter counter = chooseCounter(options.counter(), notes);
        Map<String, Object> machine = Machine.describe();
        TextReport.header(options, machine).forEach(out::println);
        notes.forEach(out::println);
        List<Result> results = new ArrayList<>();
        for (Workload workload : options.workloads()) {
            Result result = compare(options, workload, counter);
            results.add(result);
            TextReport.of(result).forEach(out::println);
        }
        Map<String, Object> document =
                ResultDocument.of(options, machine, WorkloadRun.nameOf(counter), notes, results);
        Growth.toText(document).forEach(out::println);
        if (options.json() != null) {
            ResultDocument.write(document, options.json());
        }
        if (options.html() != null) {
            Files.writeString(options.html(), HtmlReport.of(document));
        }
        return results;
    }

    private static Result compare(Options options, Workload workload, SyscallCounter counter)
            throws IOException, InterruptedException {
        return switch (workload.kind()) {
            case IDLE -> new IdleRun(options, workload, System.err::println).run();
            case COLD -> new ColdRun(options, workload, System.err::println).run();
            default -> new WorkloadRun(options, workload, counter, System.err::println).run();
        };
    }

    /** @return {@code null} when there is none; {@code notes} then say why */
    static SyscallCounter chooseCounter(String wanted, List<String> notes) throws IOException, InterruptedException {
        if (wanted.equals("none")) {
            return null;
        }
        if (!wanted.equals("strace")) {
            String unusable = PerfCounter.unusable();
            if (unusable == null) {
                return new PerfCounter();
            }
            notes.add("system calls are not counted with perf: " + unusable);
        }
        if (!wanted.equals("perf")) {
            String unusable = StraceCounter.unusable();
            if (unusable == null) {
                notes.add("strace slows the server down: with many connections its loop then finds more of them ready"
                        + " at once, so calls per loop iteration count for less than they would");
                return new StraceCounter(false);
            }
            notes.add("system calls are not counted with strace: " + unusable);
        }
        return null;
    }
}
