/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite;

import io.pollring.testsuite.harness.EchoProgram;
import io.pollring.testsuite.harness.Family;
import io.pollring.testsuite.harness.Mode;
import io.pollring.testsuite.harness.Program;
import io.pollring.testsuite.harness.Run;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.File;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Netty's jars and ours as modules, which may not share a package. */
@Timeout(60)
public class ModulePathTest {

    @Test
    public void shouldEchoOnTheRing_whenOnTheModulePath() throws Exception {
        assumeTrue(Run.current().equals(new Run(Mode.RING, Family.HOSTED)), "modules depend on no mode");
        List<String> output = Program.run(List.of("-p", classPath(ModulePathTest::isModule),
                "--add-modules", "ALL-MODULE-PATH", "-cp", classPath(path -> !isModule(path)),
                EchoProgram.class.getName()));
        assertTrue(output.contains("module=io.pollring.transport"), output::toString);
        assertTrue(output.contains("loop=RING"), output::toString);
        assertTrue(output.contains("exit=0"), output::toString);
    }

    /** What a user's program would have, without Netty's other parts and its tests, which share packages. */
    private static boolean isModule(Path path) {
        return path.getFileName().toString()
                .matches("(netty-(common|buffer|resolver|transport)|transport-iouring)(?!.*tests).*\\.jar")
                && !path.getFileName().toString().matches("netty-(resolver-dns|transport-(rxtx|sctp|udt)).*");
    }

    private static String classPath(Predicate<Path> which) {
        return Stream.of(Program.classPath().split(File.pathSeparator)).filter(entry -> which.test(Paths.get(entry)))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
