/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import com.sun.management.UnixOperatingSystemMXBean;

import java.lang.management.ManagementFactory;
import java.util.List;

/** Whether a process may have as many files open as a workload has connections. */
final class FileLimit {
    /** For whatever else a JVM has open. */
    private static final int SPARE = 200;

    private FileLimit() {
    }

    /** The hard limit of this process, and of those that it starts: a JVM raises its own to that. */
    static long hard() {
        return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getMaxFileDescriptorCount();
    }

    /** @throws IllegalStateException with a text for the user, when there is a workload that cannot be run */
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
}
