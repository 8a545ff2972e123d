/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.netty;

import io.pollring.testsuite.harness.Family;
import io.pollring.testsuite.harness.Mode;
import io.pollring.testsuite.harness.Program;
import io.pollring.testsuite.harness.Run;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.File;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The same jars on other releases of Netty than the one they are built with. */
@Timeout(120)
public class OtherReleasesTest {
    /** Where the build puts the other releases. */
    static final Path RELEASES = Paths.get(System.getProperty("pollring.testsuite.releases"));
    private static final String CURE = "import netty-bom in one version";

    @BeforeEach
    public void onlyOnce() {
        assumeTrue(Run.current().equals(new Run(Mode.RING, Family.OWN)), "each release is tried in one run");
    }

    @Test
    public void allProgramsRunOnTheOldest() throws Exception {
        List<String> output = run("oldest");
        assertPassed(output);
        assertFalse(output.stream().anyMatch(line -> line.contains(CURE)), output::toString);
    }

    @Test
    public void aMixThatWorksIsWarnedOf() throws Exception {
        List<String> output = run("newer");
        assertPassed(output);
        assertEquals(1, output.stream().filter(line -> line.contains("Several releases of Netty are mixed: Netty 4.2.")
                && line.contains("(netty-transport-native-epoll)") && line.contains(CURE)).count(), output::toString);
        assertTrue(output.stream().anyMatch(line -> line.startsWith("I/O ratio: ")), output::toString);
    }

    /** Netty's own epoll says that it is available, and its channels fail when they are used. */
    @Test
    public void aMixThatDoesNotWorkIsRefusedWhenTheGroupIsMade() throws Exception {
        List<String> output = run("mixed");
        assertFalse(output.contains("all passed"), output::toString);
        assertTrue(output.stream().anyMatch(line -> line.contains("UnsatisfiedLinkError: Pollring cannot run on Netty 4.2.")
                && line.contains("(netty-transport-native-epoll)") && line.contains(CURE)), output::toString);
        assertFalse(output.stream().anyMatch(line -> line.startsWith("passed: ")), output::toString);
    }

    private static void assertPassed(List<String> output) {
        assertTrue(output.contains("all passed"), () -> String.join("\n", output));
        assertEquals(28, output.stream().filter(line -> line.startsWith("passed: ")).count(), output::toString);
    }

    private static List<String> run(String release) throws Exception {
        String classPath = Stream.concat(
                Stream.of(Program.classPath().split(File.pathSeparator)).filter(OtherReleasesTest::isKept),
                Stream.of(RELEASES.resolve(release).resolve("*").toString()))
                .collect(Collectors.joining(File.pathSeparator));
        return Program.run(List.of("-cp", classPath, NettyProgram.class.getName()));
    }

    /** All but Netty's jars. */
    private static boolean isKept(String entry) {
        return !Paths.get(entry).getFileName().toString().startsWith("netty-");
    }
}
