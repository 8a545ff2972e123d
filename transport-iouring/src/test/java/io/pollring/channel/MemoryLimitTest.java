/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A user whose {@code RLIMIT_MEMLOCK} is less than a loop's ring takes, though a tiny ring would fit. Some kernels do not
 * count a ring against it (those from 5.12 to 6.13): there is a ring then, and {@link IoUring} says so.
 */
class MemoryLimitTest {
    private static final int LITTLE = 64;
    private static final String DROP = "--bounding-set=-ipc_lock";

    @Test
    void whatIsToldOfRingsIsWhatALoopFinds() throws Exception {
        List<String> lines = run(LITTLE);
        assertEquals("true", lines.get(0), "what is told is what the loop found: " + lines);
        assertEquals("true", lines.get(1), "bytes are echoed: " + lines);
        if (lines.get(2).equals("EPOLL")) {
            String cause = lines.get(3);
            assertTrue(cause.contains("ENOMEM") && cause.contains("RLIMIT_MEMLOCK") && cause.contains("ulimit -l"), cause);
            assertEquals(cause, lines.get(4), "the loop's own cause");
        }
    }

    /** Closed rings are counted for some time: who asks often must not be told that this is too much. */
    @Test
    void askingOftenUsesNothingUp() throws Exception {
        assertEquals("[]", run(1024).get(5));
    }

    /** Without the capability that lifts the limit, as every ordinary user is. */
    private static List<String> run(int kilobytes) throws Exception {
        List<String> command = new ArrayList<>();
        if (new ProcessBuilder("setpriv", DROP, "--inh-caps=-ipc_lock", "true").start().waitFor() == 0) {
            command.addAll(List.of("setpriv", DROP, "--inh-caps=-ipc_lock"));
        }
        command.addAll(List.of("sh", "-c", "ulimit -l " + kilobytes + " && exec \"$@\"", "sh",
                Resources.java().toString(), "-ea", "-cp", System.getProperty("java.class.path"), Main.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), output);
        List<String> lines = new ArrayList<>();
        for (String line : output.split("\n")) {
            if (line.startsWith(Main.PREFIX)) {
                lines.add(line.substring(Main.PREFIX.length()));
            }
        }
        assertEquals(7, lines.size(), output);
        assumeTrue(lines.remove(0).equals("limited"), "this process may lock all the memory there is");
        return lines;
    }

    static final class Main {
        static final String PREFIX = "result: ";
        private static final int CAP_IPC_LOCK = 14;

        public static void main(String[] args) throws Exception {
            print(mayLockAll() ? "unlimited" : "limited");
            Throwable cause = IoUring.unavailabilityCause();
            try (TestGroup group = new TestGroup(Mode.DEFAULT, 1); Connection connection = Connection.open(group)) {
                IoUringBackend backend = IoUring.backend(group.loop());
                print(IoUring.isAvailable() == (backend == IoUringBackend.RING));
                connection.send(1);
                Await.until("the byte is read", 5000, () -> connection.recorder.byteCount() == 1);
                print(true);
                print(backend);
                print(message(cause));
                print(message(IoUring.unavailabilityCause(group.loop())));
            }
            Set<String> causes = new HashSet<>();
            for (int i = 0; i < 200; i++) {
                Throwable now = IoUring.unavailabilityCause();
                if (now != null) {
                    causes.add(i + ": " + message(now));
                }
            }
            print(causes);
            System.exit(0);
        }

        private static boolean mayLockAll() throws IOException {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("CapEff:")) {
                    return (Long.parseLong(line.split("\\s+")[1], 16) >> CAP_IPC_LOCK & 1) != 0;
                }
            }
            throw new IOException("no capabilities are told");
        }

        private static String message(Throwable cause) {
            return cause == null ? "none" : cause.getMessage();
        }

        private static void print(Object value) {
            System.out.println(PREFIX + value);
        }
    }
}
