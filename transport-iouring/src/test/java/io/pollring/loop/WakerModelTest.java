/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Has spin look at every interleaving of {@link Waker}'s protocol, as src/test/promela/waker.pml states it. A test that
 * races threads, as jcstress makes them, needs an eventfd for each of some million wakers, and a lost wake-up is no wrong
 * value but a loop that sleeps on.
 */
@Timeout(60)
class WakerModelTest {
    private static final Path MODEL = Path.of("src/test/promela/waker.pml").toAbsolutePath();

    @Test
    void noWakeUpIsLostAndNobodyWritesToAClosedEventfd(@TempDir Path directory) throws Exception {
        String report = verify(directory);
        assertTrue(report.contains("errors: 0"), report);
        assertTrue(report.contains("invalid end states\t+") && report.contains("assertion violations\t+"), report);
        assertTrue(report.matches("(?s).* [0-9]{5,} states, stored.*"), "too few states: " + report);
    }

    /** The model would tell if the protocol were wrong. */
    @ParameterizedTest
    @CsvSource({"LOOKS_FIRST, invalid end state", "CLOSES_AT_ONCE, assertion violated open",
            "SLEEPS_BLINDLY, invalid end state"})
    void mistakesAreFound(String mistake, String finding, @TempDir Path directory) throws Exception {
        String report = verify(directory, "-D" + mistake);
        assertTrue(report.contains("errors: 1") && report.contains(finding), report);
    }

    private static String verify(Path directory, String... options) throws Exception {
        assumeTrue(Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(path -> new File(path, "spin").canExecute()), "no spin on this machine's path");
        List<String> generate = new ArrayList<>(List.of("spin"));
        generate.addAll(List.of(options));
        generate.addAll(List.of("-a", MODEL.toString()));
        run(directory, generate);
        run(directory, List.of("cc", "-O1", "-w", "-DSAFETY", "-o", "pan", "pan.c"));
        return run(directory, List.of("./pan", "-m100000"));
    }

    private static String run(Path directory, List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }
}
