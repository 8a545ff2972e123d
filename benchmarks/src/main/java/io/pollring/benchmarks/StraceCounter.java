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
    public Session attach(ServerProcess server) throws IOException, InterruptedException {
        Path output = Files.createTempFile("pollring-strace", ".txt");
        List<String> command = new ArrayList<>(List.of("strace", "-c", "-o", output.toString()));
        if (wholeProcess) {
            command.addAll(List.of("-f", "-p", Long.toString(server.pid())));
        } else {
            server.loopThreads().forEach(thread -> command.addAll(List.of("-p", Long.toString(thread))));
        }
        StraceSession session = new StraceSession(output, LineProcess.startMerged("strace", command));
        try {
            session.awaitAttached();
        } catch (IOException | InterruptedException | RuntimeException e) {
            session.close();
            throw e;
        }
        return session;
    }

    /** @param lines the table that {@code strace -c} writes: % time, seconds, usecs/call, calls, [errors,] syscall */
    static Map<String, Long> parse(List<String> lines) {
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

    private static final class StraceSession implements Session {
        private final Path output;
        private final LineProcess strace;

        StraceSession(Path output, LineProcess strace) {
            this.output = output;
            this.strace = strace;
        }

        void awaitAttached() throws IOException, InterruptedException {
            strace.awaitLine(" attached", ATTACH_SECONDS);
        }

        @Override
        public Map<String, Long> detach() throws IOException, InterruptedException {
            strace.interrupt();
            return parse(Files.readAllLines(output));
        }

        @Override
        public void close() throws IOException {
            strace.kill();
            Files.deleteIfExists(output);
        }
    }
}
