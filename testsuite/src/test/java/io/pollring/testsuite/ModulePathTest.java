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
import io.pollring.testsuite.harness.ModuleTools;
import io.pollring.testsuite.harness.Program;
import io.pollring.testsuite.harness.Run;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Netty's jars and ours as modules, which may not share a package. */
@Timeout(60)
public class ModulePathTest {
    private static final String MODULE = "io.pollring.application";
    private static final String MAIN = MODULE + '/' + MODULE + ".Application";
    private static final String ARCH = System.getProperty("os.arch").equals("aarch64") ? "aarch_64" : "x86_64";
    /** Of the one that loads all libraries, as README.md has it. */
    private static final String NATIVE_ACCESS = "--enable-native-access=io.netty.common";

    @BeforeEach
    public void onlyOnce() {
        assumeTrue(Run.current().equals(new Run(Mode.RING, Family.HOSTED)), "modules depend on no mode");
    }

    @Test
    public void shouldEchoOnTheRing_whenOnTheModulePath() throws Exception {
        List<String> output = Program.run(List.of("-p", classPath(ModulePathTest::isModule),
                "--add-modules", "ALL-MODULE-PATH", "-cp", classPath(path -> !isModule(path)),
                EchoProgram.class.getName()));
        assertTrue(output.contains("module=io.pollring.transport"), output::toString);
        assertTrue(output.contains("loop=RING"), output::toString);
        assertTrue(output.contains("exit=0"), output::toString);
    }

    @Test
    public void shouldDescribeAllModules_andExportTheApiOnly() {
        Map<String, ModuleDescriptor> modules = ModuleFinder.of(modules()).findAll().stream()
                .map(ModuleReference::descriptor).collect(Collectors.toMap(ModuleDescriptor::name, d -> d));
        ModuleDescriptor transport = modules.get("io.pollring.transport");
        assertEquals(Set.of(), modules.values().stream().filter(ModuleDescriptor::isAutomatic)
                .collect(Collectors.toSet()));
        assertEquals(Set.of("io.pollring.channel"), transport.exports().stream().filter(e -> !e.isQualified())
                .map(ModuleDescriptor.Exports::source).collect(Collectors.toSet()));
        assertTrue(modules.containsKey("io.pollring.transport.linux." + ARCH), () -> modules.keySet().toString());
    }

    @Test
    public void shouldRunAnApplicationThatIsAModule(@TempDir Path folder) throws Exception {
        assertEchoed(Program.run(command(modulePath(compile(folder)))), true);
    }

    /** Without the flight recorder, too. */
    @Test
    public void shouldRunInAnImageThatHasOnlyWhatIsNeeded(@TempDir Path folder) throws Exception {
        Path image = folder.resolve("image");
        ModuleTools.run("jlink", "-p", modulePath(compile(folder)), "--add-modules", MODULE, "--output",
                image.toString());
        assertEchoed(Program.runOn(image.resolve("bin/java"), command(null)), false);
    }

    private static void assertEchoed(List<String> output, boolean hasFlightRecorder) {
        assertTrue(output.contains("module=module io.pollring.transport"), output::toString);
        assertTrue(output.contains("jfr=" + hasFlightRecorder), output::toString);
        assertTrue(output.contains("echoed=pollring"), output::toString);
        assertTrue(output.contains("loop=RING"), output::toString);
        assertTrue(output.contains("exit=0"), output::toString);
        assertFalse(output.stream().anyMatch(line -> line.contains("WARN")), output::toString);
    }

    /** The application, whose descriptor names the libraries of this machine, as a user's has to. */
    private static Path compile(Path folder) throws IOException {
        Path sources = Paths.get(System.getProperty("pollring.testsuite.modules")).resolve(MODULE);
        Path descriptor = Files.writeString(folder.resolve("module-info.java"), "module " + MODULE + " {\n"
                + "    requires io.pollring.transport;\n"
                + "    requires io.pollring.transport.linux." + ARCH + ";\n"
                + "    requires io.netty.transport.epoll.linux." + ARCH + ";\n}\n");
        Path classes = folder.resolve("classes");
        ModuleTools.run("javac", "--release", "11", "-p", modulePath(null), "-d", classes.toString(),
                descriptor.toString(), sources.resolve("io/pollring/application/Application.java").toString());
        return classes;
    }

    private static List<String> command(String modulePath) {
        List<String> command = new ArrayList<>();
        if (Runtime.version().feature() >= 24) {
            // Proves that nothing is missing in the option.
            command.addAll(List.of(NATIVE_ACCESS, "--illegal-native-access=deny"));
        }
        if (modulePath != null) {
            command.addAll(List.of("-p", modulePath));
        }
        command.addAll(List.of("-m", MAIN));
        return command;
    }

    private static String modulePath(Path classes) {
        return Stream.concat(Stream.of(modules()), Stream.ofNullable(classes)).map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }

    static Path[] modules() {
        return Stream.of(classPath(ModulePathTest::isModule).split(File.pathSeparator)).map(Paths::get)
                .toArray(Path[]::new);
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
