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

/** Whether a process may have as many files open as a workload has connections. */
final class FileLimit {
    /** For whatever else a JVM has open. */
    private static final int SPARE = 200;
    private static final String NAME = "Max open files";
    private static final String UNLIMITED = "unlimited";

    private FileLimit() {
    }

    /** @throws IllegalStateException with a text for the user, when there is a workload that cannot be run */
    static void check(List<Workload> workloads) throws IOException {
        check(workloads, hard());
    }

    /** The hard limit of this process, and of those that it starts. */
    static long hard() throws IOException {
        return parse(Files.readAllLines(Path.of("/proc/self/limits")));
    }

    static void check(List<Workload> workloads, long limit) {
        for (Workload workload : workloads) {
            if (!suffices(limit, workload)) {
                throw new IllegalStateException(needs(limit, workload));
            }
        }
    }

    /** What to say where the limit does not suffice. */
    static String needs(long limit, Workload workload) {
        return workload + " needs " + (workload.sockets() + SPARE) + " open files in a process, but only " + limit
                + " are allowed: raise the limit (ulimit -n)";
    }

    static boolean suffices(long limit, Workload workload) {
        return limit >= workload.sockets() + SPARE;
    }

    /** The hard limit: servers (the JVM does it) and load generators raise their own to that. */
    static long parse(List<String> limits) {
        String line = limits.stream().filter(candidate -> candidate.startsWith(NAME)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no line '" + NAME + "' in " + limits));
        String hard = line.substring(NAME.length()).trim().split("\\s+")[1];
        return UNLIMITED.equals(hard) ? Long.MAX_VALUE : Long.parseLong(hard);
    }
}
