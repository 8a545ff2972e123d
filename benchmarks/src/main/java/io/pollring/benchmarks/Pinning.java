/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Which cores we may use, and how a process is kept on one of them. */
final class Pinning {
    private static final Path STATUS = Path.of("/proc/self/status");

    private Pinning() {
    }

    /**
     * What to put before a command.
     *
     * @param cores    where all threads of its process stay, as in {@code 0,1}; {@code null} for wherever they are put
     * @param realtime whether they go before everything else that wants the core; takes root's rights
     */
    static List<String> prefix(String cores, boolean realtime) {
        List<String> prefix = new ArrayList<>();
        if (cores != null) {
            prefix.addAll(List.of("taskset", "-c", cores));
        }
        if (realtime) {
            // Round-robin, or a loop that never sleeps would keep its own JVM's compiler from the core.
            prefix.addAll(List.of("chrt", "--rr", "10"));
        }
        return prefix;
    }

    /** Keeps a thread, and those that it makes, on a core. */
    static void keep(long tid, int core) throws IOException, InterruptedException {
        Process taskset = new ProcessBuilder("taskset", "-c", "-p", Integer.toString(core), Long.toString(tid))
                .redirectErrorStream(true).start();
        String output = new String(taskset.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (taskset.waitFor() != 0) {
            throw new IOException("thread " + tid + " cannot be kept on core " + core + ": " + output.trim());
        }
    }

    static List<Integer> allowedCores() throws IOException {
        return parseList(ProcFs.field(Files.readAllLines(STATUS), "Cpus_allowed_list:"));
    }

    /** @param list as the kernel writes it: {@code 0-3,8} */
    static List<Integer> parseList(String list) {
        List<Integer> cores = new ArrayList<>();
        for (String range : list.split(",")) {
            String[] ends = range.split("-");
            int last = Integer.parseInt(ends[ends.length - 1]);
            for (int core = Integer.parseInt(ends[0]); core <= last; core++) {
                cores.add(core);
            }
        }
        return cores;
    }
}
