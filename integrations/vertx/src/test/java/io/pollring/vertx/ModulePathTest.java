/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.vertx;

import io.pollring.channel.IoUring;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Vert.x, Netty and ours as modules. */
@Timeout(60)
class ModulePathTest {
    private static final String MODULE = "io.pollring.application";
    private static final String PACKAGE = "io/pollring/application/";
    private static final String ARCH = System.getProperty("os.arch").equals("aarch64") ? "aarch_64" : "x86_64";

    @Test
    void aModuleThatNamesVertxOnlyRunsOnOurLoops(@TempDir Path classes) throws Exception {
        Path sources = Paths.get(System.getProperty("pollring.modules")).resolve(MODULE);
        compile(sources.resolve("module-info.java"), sources.resolve(PACKAGE + "VertxApplication.java"), classes);

        String output = run(classes);

        assertTrue(output.contains("transport=io.pollring.vertx\n"), output);
        assertTrue(output.contains("the first loop waits on " + (IoUring.isAvailable() ? "RING" : "EPOLL")), output);
        assertTrue(output.contains("echoed=pollring\n"), output);
    }

    /** As {@code jlink} wants it. */
    @Test
    void allModulesHaveDescriptors() {
        Set<ModuleDescriptor> modules = ModuleFinder.of(modules().toArray(Path[]::new)).findAll().stream()
                .map(ModuleReference::descriptor).collect(Collectors.toSet());
        assertTrue(modules.stream().anyMatch(module -> module.name().equals("io.pollring.vertx")), modules::toString);
        assertEquals(Set.of(), modules.stream().filter(ModuleDescriptor::isAutomatic).collect(Collectors.toSet()));
    }

    private static void compile(Path descriptor, Path program, Path classes) {
        StringWriter output = new StringWriter();
        PrintWriter writer = new PrintWriter(output, true);
        assertEquals(0, ToolProvider.findFirst("javac").orElseThrow().run(writer, writer, "--release", "11", "-p",
                path(modules()), "-d", classes.toString(), descriptor.toString(), program.toString()),
                output::toString);
    }

    /** What the program printed, in a JVM of its own, whose end must be a good one. */
    private static String run(Path classes) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Paths.get(System.getProperty("java.home"), "bin", "java").toString(),
                "-p", path(Stream.concat(modules(), Stream.of(classes))),
                // The libraries, which are modules that nothing requires.
                "--add-modules", "io.pollring.transport.linux." + ARCH + ",io.netty.transport.epoll.linux." + ARCH));
        if (Runtime.version().feature() >= 24) {
            command.addAll(List.of("--enable-native-access=io.netty.common", "--illegal-native-access=deny"));
        }
        command.addAll(List.of("-m", MODULE + '/' + MODULE + ".VertxApplication"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectInput(new File("/dev/null")).start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), output);
            return output;
        } finally {
            process.destroyForcibly();
        }
    }

    private static String path(Stream<Path> modules) {
        return modules.map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    /** The class path without what only tests need. */
    private static Stream<Path> modules() {
        // Surefire starts this JVM with a jar that only lists the real class path.
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Stream.of(classPath.split(File.pathSeparator)).map(Paths::get).filter(ModulePathTest::isUsers);
    }

    private static boolean isUsers(Path path) {
        String name = path.getFileName().toString();
        return name.equals("classes") || name.matches("(netty|transport-iouring|vertx|jackson)-.*\\.jar");
    }
}
