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
import java.time.Duration;
import java.util.List;

/** The little that only {@code /proc} tells about processes and cores. */
final class ProcFs {
    /** The unit of the times in {@code /proc}: USER_HZ, which is 100 on every Linux that Java runs on. */
    private static final long TICK_NANOS = 10_000_000;

    private ProcFs() {
    }

    /** The CPU time that all threads of a process have used, those included that have ended. */
    static long processCpuNanos(long pid) throws IOException {
        return ProcessHandle.of(pid).flatMap(process -> process.info().totalCpuDuration()).map(Duration::toNanos)
                .orElseThrow(() -> new IOException("there is no process " + pid));
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
        return Long.parseLong(field(status, "VmRSS:").replace(" kB", "")) * 1024;
    }

    /** What follows such a name in a file of the kernel's, of which each line has one. */
    static String field(List<String> lines, String name) {
        return lines.stream().filter(line -> line.startsWith(name)).findFirst()
                .map(line -> line.substring(name.length()).trim())
                .orElseThrow(() -> new IllegalArgumentException("no line " + name + " in " + lines));
    }

    /** For how long the hypervisor gave these cores to someone else. */
    static long stolenNanos(int... cores) throws IOException {
        return parseStolenNanos(Files.readAllLines(Path.of("/proc/stat")), cores);
    }

    static long parseStolenNanos(List<String> stat, int... cores) {
        long ticks = 0;
        for (int core : cores) {
            ticks += Long.parseLong(field(stat, "cpu" + core + ' ').split(" ")[7]);
        }
        return ticks * TICK_NANOS;
    }
}
