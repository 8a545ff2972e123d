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
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Counts the system calls of the event loop's thread with the kernel's tracepoints, through {@code perf stat}. That
 * costs the server so little that its loop sees the batches that it sees without: a tracer that stops the thread at
 * every call makes the loop slow, hence its batches larger, hence its calls per message fewer.
 */
final class PerfCounter implements SyscallCounter {
    private static final double ANSWER_SECONDS = 10;
    private static final String TOTAL = "raw_syscalls:sys_enter";
    private static final String KIND = "syscalls:sys_enter_";
    private static final Path TRACEPOINTS = Path.of("/sys/kernel/tracing/events/syscalls");
    /** What event loops do; each event that is watched costs a little at every task switch, so not all 360. */
    private static final List<String> KINDS = List.of("io_uring_enter", "epoll_wait", "epoll_pwait", "epoll_pwait2",
            "epoll_ctl", "read", "readv", "recvfrom", "recvmsg", "recvmmsg", "write", "writev", "sendto", "sendmsg",
            "sendmmsg", "accept4", "close", "shutdown", "setsockopt", "getsockopt", "getsockname", "getpeername",
            "fcntl", "timerfd_settime", "futex");

    /** Why it cannot be used here, or {@code null}. */
    static String unusable() throws IOException, InterruptedException {
        Process probe;
        try {
            probe = new ProcessBuilder("perf", "stat", "-e", TOTAL, "-o", "/dev/null", "--", "true")
                    .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        } catch (IOException e) {
            return "perf is not installed (Debian: apt-get install linux-perf)";
        }
        if (!probe.waitFor(30, TimeUnit.SECONDS)) {
            probe.destroyForcibly();
            return "perf did not answer";
        }
        return probe.exitValue() == 0 ? null : "perf may not use the kernel's tracepoints (run as root)";
    }

    @Override
    public String name() {
        return "perf stat, the loop's thread";
    }

    @Override
    public List<String> command(ServerProcess server, Path output) {
        return List.of("perf", "stat", "-x", ",", "-e", events(), "-t",
                server.loopThreads().stream().map(String::valueOf).collect(Collectors.joining(",")), "-D", "-1",
                "--control", "fd:0,1", "-o", output.toString());
    }

    @Override
    public void begin(LineProcess perf) throws IOException, InterruptedException {
        tell(perf, "enable");
    }

    @Override
    public void end(LineProcess perf) throws IOException, InterruptedException {
        tell(perf, "disable");
    }

    private static void tell(LineProcess perf, String command) throws IOException, InterruptedException {
        perf.send(command);
        perf.awaitLine("ack", ANSWER_SECONDS);
    }

    private static String events() {
        List<String> events = new ArrayList<>(List.of(TOTAL));
        events.addAll(KINDS.stream().filter(kind -> Files.exists(TRACEPOINTS.resolve("sys_enter_" + kind)))
                .map(kind -> KIND + kind).toList());
        return String.join(",", events);
    }

    /** @param lines what {@code perf stat -x,} wrote: value, unit, event, ... */
    @Override
    public Map<String, Long> counts(List<String> lines) {
        Map<String, Long> counts = new LinkedHashMap<>();
        long total = -1;
        for (String line : lines) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] fields = line.split(",");
            // A thread that never ran while it was watched was not counted, and made no calls.
            long count = "<not counted>".equals(fields[0]) ? 0 : Long.parseLong(fields[0]);
            if (TOTAL.equals(fields[2])) {
                total = count;
            } else if (count > 0) {
                counts.put(fields[2].substring(KIND.length()), count);
            }
        }
        if (total < 0) {
            throw new IllegalArgumentException("perf did not count " + TOTAL + ": " + lines);
        }
        long others = total - counts.values().stream().mapToLong(Long::longValue).sum();
        if (others > 0) {
            counts.put("others", others);
        }
        return counts;
    }
}
