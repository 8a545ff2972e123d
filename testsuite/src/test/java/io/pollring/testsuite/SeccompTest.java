/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite;

import io.pollring.testsuite.harness.EchoProgram;
import io.pollring.testsuite.harness.Program;
import io.pollring.testsuite.harness.TestLoops;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.stream.Collectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

/** A process whose seccomp filter refuses io_uring, as in a container with the usual default profile. */
@Timeout(60)
public class SeccompTest {

    @Test
    public void shouldEchoOnEpoll_whenSeccompRefusesRings() throws Exception {
        assumeFalse(TestLoops.isBaseline(), "Netty's own epoll asks for no ring");
        List<String> output = run("-ea");
        assertTrue(output.contains("seccomp=2"), output::toString);
        assertTrue(output.contains("available=false"), output::toString);
        String cause = output.stream().filter(line -> line.startsWith("cause=")).findFirst().orElse("");
        assertTrue(cause.contains("EPERM"), output::toString);
        assertTrue(cause.contains("seccomp"), output::toString);
        assertEquals(List.of("loop=EPOLL", "loop=EPOLL"), withPrefix(output, "loop="), output::toString);
        assertEquals(List.of("channel=EPOLL", "channel=EPOLL"), withPrefix(output, "channel="), output::toString);
        assertEquals(List.of("echoed=1048576", "echoed=1048576"), withPrefix(output, "echoed="), output::toString);
        assertTrue(output.contains("rings=0"), output::toString);
        assertTrue(output.contains("exit=0"), output::toString);
    }

    @Test
    public void shouldFail_whenSeccompRefusesRingsAndTheFallbackIsSwitchedOff() throws Exception {
        assumeFalse(TestLoops.isBaseline(), "Netty's own epoll asks for no ring");
        List<String> output = run("-Dio.pollring.fallback=fail");
        assertTrue(output.contains("available=false"), output::toString);
        assertTrue(output.contains("exit=1"), output::toString);
        assertTrue(output.stream().anyMatch(line -> line.contains("IllegalStateException")), output::toString);
        assertEquals(List.of(), withPrefix(output, "echoed="), output::toString);
    }

    private static List<String> withPrefix(List<String> lines, String prefix) {
        return lines.stream().filter(line -> line.startsWith(prefix)).collect(Collectors.toList());
    }

    private static List<String> run(String jvmOption) throws Exception {
        return Program.runThrough(System.getProperty("pollring.testsuite.denyIoUring"),
                List.of(jvmOption, "-cp", Program.classPath(), EchoProgram.class.getName()));
    }
}
