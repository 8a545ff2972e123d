/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.EventLoop;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A wait that signals interrupt ends when it should, however many they are. */
class SignalTest {
    private static final char READY = '!';
    private static final int TASKS = 20;
    private static final long DELAY_MILLIS = 50;

    /** A process that is stopped and continued has its waits interrupted: signal(7) tells so of {@code epoll_wait}. */
    @ParameterizedTest
    @EnumSource(names = { "RING", "NO_RING", "NO_FEATURES", "EPOLL" })
    void interruptedWaitsDoNotBeginAnew(Mode mode) throws Exception {
        Process process = new ProcessBuilder(Resources.java().toString(), "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"), Main.class.getName(), mode.name()).redirectErrorStream(true)
                .start();
        Process signals = null;
        try {
            int printed;
            do {
                // Before that, warnings of the JVM perhaps.
                printed = process.getInputStream().read();
            } while (printed != READY && printed != -1);
            assertEquals(READY, printed, "it has ended");
            signals = new ProcessBuilder("sh", "-c",
                    "while kill -STOP $1 && sleep 0.005 && kill -CONT $1; do sleep 0.005; done 2>/dev/null", "sh",
                    Long.toString(process.pid())).redirectErrorStream(true).start();
            assertTrue(process.waitFor(30, TimeUnit.SECONDS), "tasks wait for ever");
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.exitValue(), output);
            assertTrue(output.endsWith("done"), output);
        } finally {
            process.destroyForcibly();
            if (signals != null) {
                assertTrue(signals.waitFor(10, TimeUnit.SECONDS), "it signals a process that has ended");
            }
        }
    }

    static final class Main {
        private Main() { }

        public static void main(String[] args) throws Exception {
            Mode mode = Mode.valueOf(args[0]);
            try (TestGroup group = new TestGroup(mode, 1)) {
                EventLoop loop = group.loop();
                TestGroup.run(loop, () -> { });
                System.out.print(READY);
                System.out.flush();
                long turns = mode.isOurs() ? group.turns() : 0;
                long start = System.nanoTime();
                for (int i = 0; i < TASKS; i++) {
                    long due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DELAY_MILLIS);
                    long ran = loop.schedule(System::nanoTime, DELAY_MILLIS, TimeUnit.MILLISECONDS).get();
                    check(ran >= due, "a task ran too early, by ns: " + (due - ran));
                }
                long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
                // The loop is woken for each task, and by the timer. What is more are interrupted waits.
                long turned = group.turns() - turns;
                check(!mode.isOurs() || turned > 3 * TASKS && turned < 30 * TASKS, "turns: " + turned);
                check(millis < 5 * TASKS * DELAY_MILLIS, "all tasks took ms: " + millis);
            }
            System.out.print("done");
            System.out.flush();
        }

        private static void check(boolean condition, String otherwise) {
            if (!condition) {
                throw new AssertionError(otherwise);
            }
        }
    }
}
