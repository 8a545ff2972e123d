/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The little that only {@code /proc} tells about processes and cores. */
final class ProcFs {
    /** The unit of the times in {@code /proc}: USER_HZ, which is 100 on every Linux that Java runs on. */
    private static final long TICK_NANOS = 10_000_000;

    private static final String RESIDENT = "VmRSS:";

    private ProcFs() {
    }

    /** The CPU time that all threads of a process have used, those included that have ended. */
    static long processCpuNanos(long pid) throws IOException {
        return parseProcessCpuNanos(Files.readString(Path.of("/proc", Long.toString(pid), "stat")));
    }

    static long parseProcessCpuNanos(String stat) {
        // The name, in parentheses, may have spaces and parentheses in it.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_NANOS;
    }

    /** For how long a thread wanted to run but something else had the core. */
    static long waitedNanos(long pid, long tid) throws IOException {
        String[] fields = Files.readString(
                Path.of("/proc", Long.toString(pid), "task", Long.toString(tid), "schedstat")).trim().split(" ");
        return Long.parseLong(fields[1]);
    }

    /** The memory of a process that is in use and not swapped out. */
    static long residentBytes(long pid) throws IOException {
        return parseResidentBytes(Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")));
    }

    static long parseResidentBytes(List<String> status) {
        return status.stream().filter(line -> line.startsWith(RESIDENT)).findFirst()
                .map(line -> Long.parseLong(line.substring(RESIDENT.length()).replace("kB", "").trim()) * 1024)
                .orElseThrow(() -> new IllegalArgumentException("no line " + RESIDENT + " in " + status));
    }

    /** For how long the hypervisor gave these cores to someone else. */
    static long stolenNanos(int... cores) throws IOException {
        return parseStolenNanos(Files.readAllLines(Path.of("/proc/stat")), cores);
    }

    static long parseStolenNanos(List<String> stat, int... cores) {
        long ticks = 0;
        for (int core : cores) {
            String name = "cpu" + core + ' ';
            String line = stat.stream().filter(candidate -> candidate.startsWith(name)).findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("there is no core " + core));
            ticks += Long.parseLong(line.split(" ")[8]);
        }
        return ticks * TICK_NANOS;
    }
}
