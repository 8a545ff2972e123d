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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts system calls with {@code strace -c}, which is everywhere to be had. It stops the thread twice per call, so it
 * must not be attached while anything is timed.
 */
final class StraceCounter implements SyscallCounter {
    private static final double ATTACH_SECONDS = 15;
    private static final int CALLS_COLUMN = 3;

    private final boolean wholeProcess;

    /** @param wholeProcess whether to follow all threads of the server or its loop's thread alone */
    StraceCounter(boolean wholeProcess) {
        this.wholeProcess = wholeProcess;
    }

    /** Why it cannot be used here, or {@code null}. */
    static String unusable() throws InterruptedException {
        try {
            Process probe = new ProcessBuilder("strace", "--version")
                    .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return probe.waitFor() == 0 ? null : "strace --version failed";
        } catch (IOException e) {
            return "strace is not installed (Debian: apt-get install strace)";
        }
    }

    @Override
    public String name() {
        return wholeProcess ? "strace -c -f, the whole process" : "strace -c, the loop's thread";
    }

    @Override
    public List<String> command(ServerProcess server, Path output) {
        List<String> command = new ArrayList<>(List.of("strace", "-c", "-o", output.toString()));
        if (wholeProcess) {
            command.addAll(List.of("-f", "-p", Long.toString(server.pid())));
        } else {
            server.loopThreads().forEach(thread -> command.addAll(List.of("-p", Long.toString(thread))));
        }
        return command;
    }

    @Override
    public void begin(LineProcess strace) throws IOException, InterruptedException {
        strace.awaitLine(" attached", ATTACH_SECONDS);
    }

    /** @param lines the table that {@code strace -c} writes: % time, seconds, usecs/call, calls, [errors,] syscall */
    @Override
    public Map<String, Long> counts(List<String> lines) {
        Map<String, Long> counts = new LinkedHashMap<>();
        for (String line : lines) {
            String[] fields = line.trim().split("\\s+");
            String kind = fields[fields.length - 1];
            if (fields.length > CALLS_COLUMN + 1 && Character.isDigit(fields[0].charAt(0)) && !"total".equals(kind)) {
                counts.put(kind, Long.parseLong(fields[CALLS_COLUMN]));
            }
        }
        return counts;
    }
}
