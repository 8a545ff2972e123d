/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How often the threads of a process have left their core until some moment. The kernel tells it by the thread and
 * forgets it with the thread, so what threads did that have ended since is not seen.
 */
record ContextSwitches(Map<String, long[]> byThread) {
    private static final String VOLUNTARY = "voluntary_ctxt_switches:";
    private static final String INVOLUNTARY = "nonvoluntary_ctxt_switches:";

    private static final long[] NONE = {0, 0};

    static ContextSwitches of(long pid) throws IOException {
        Map<String, List<String>> statuses = new HashMap<>();
        try (DirectoryStream<Path> threads =
                     Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path thread : threads) {
                try {
                    statuses.put(thread.getFileName().toString(), Files.readAllLines(thread.resolve("status")));
                } catch (IOException e) {
                    if (Files.exists(thread)) {
                        throw e;
                    }
                    // It has ended since it was listed, so nothing can be known of it.
                }
            }
        }
        return parse(statuses);
    }

    /** @param statuses of each thread, the lines of its status file */
    static ContextSwitches parse(Map<String, List<String>> statuses) {
        Map<String, long[]> byThread = new HashMap<>();
        statuses.forEach((thread, status) ->
                byThread.put(thread, new long[] {number(status, VOLUNTARY), number(status, INVOLUNTARY)}));
        return new ContextSwitches(byThread);
    }

    private static long number(List<String> status, String name) {
        return Long.parseLong(ProcFs.field(status, name));
    }

    /** How often threads had nothing to do any more. */
    long voluntarySince(ContextSwitches before) {
        return since(before, 0);
    }

    /** How often something else was given the core. */
    long involuntarySince(ContextSwitches before) {
        return since(before, 1);
    }

    private long since(ContextSwitches before, int kind) {
        return byThread.entrySet().stream().mapToLong(entry -> entry.getValue()[kind]
                - before.byThread.getOrDefault(entry.getKey(), NONE)[kind]).sum();
    }
}
