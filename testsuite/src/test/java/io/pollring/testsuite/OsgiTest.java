/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite;

import io.pollring.testsuite.harness.Family;
import io.pollring.testsuite.harness.Mode;
import io.pollring.testsuite.harness.ModuleTools;
import io.pollring.testsuite.harness.OsgiProgram;
import io.pollring.testsuite.harness.Program;
import io.pollring.testsuite.harness.Run;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Netty's jars and ours as bundles, each with a class loader of its own. */
@Timeout(120)
public class OsgiTest {
    private static final String APPLICATION = "io.pollring.application.Application";

    @Test
    public void shouldEchoOnTheRing_whenInAFramework(@TempDir Path folder) throws Exception {
        assumeTrue(Run.current().equals(new Run(Mode.RING, Family.HOSTED)), "bundles depend on no mode");
        // Up to JDK 17 Netty's buffers fail if the recorder hides its inner classes, as a framework has it.
        List<String> command = new ArrayList<>(List.of("-Dio.netty.jfr.enabled=false", "-cp", Program.classPath(),
                OsgiProgram.class.getName(), folder.resolve("cache").toString(), APPLICATION));
        for (Path jar : ModulePathTest.modules()) {
            command.add(jar.toString());
        }
        command.add(bundle(folder).toString());
        List<String> output = Program.run(command);
        assertTrue(output.contains("echoed=pollring"), output::toString);
        assertTrue(output.contains("loop=RING"), output::toString);
        assertTrue(output.contains("exit=0"), output::toString);
        assertFalse(output.stream().anyMatch(line -> line.contains("UnsatisfiedLinkError")), output::toString);
    }

    /** The application, of whose bundle the imports are as a user's are. */
    private static Path bundle(Path folder) throws IOException {
        Path source = Paths.get(System.getProperty("pollring.testsuite.modules"))
                .resolve("io.pollring.application/io/pollring/application/Application.java");
        Path classes = folder.resolve("classes");
        ModuleTools.run("javac", "--release", "11", "-cp", Program.classPath(), "-d", classes.toString(),
                source.toString());
        Path manifest = Files.writeString(folder.resolve("MANIFEST.MF"), "Bundle-ManifestVersion: 2\n"
                + "Bundle-SymbolicName: io.pollring.application\n"
                + "Import-Package: io.netty.bootstrap,io.netty.buffer,io.netty.channel,\n"
                + " io.netty.channel.socket,io.netty.util.concurrent,io.pollring.channel\n");
        Path jar = folder.resolve("application.jar");
        ModuleTools.run("jar", "--create", "--file", jar.toString(), "--manifest", manifest.toString(), "-C",
                classes.toString(), ".");
        return jar;
    }
}
