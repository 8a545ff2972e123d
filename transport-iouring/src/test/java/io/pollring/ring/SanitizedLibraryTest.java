/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import io.netty.util.internal.PlatformDependent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Runs the tests of this package that use the native library once more, in a JVM whose library was compiled with GCC's
 * address and undefined behaviour sanitizers: they end it at the first access out of bounds.
 */
@Timeout(180)
class SanitizedLibraryTest {
    private static final Path SOURCES = Paths.get("../transport-iouring-native/src/main/c").toAbsolutePath().normalize();

    @Test
    void theTestsOfTheRingPassWithSanitizers(@TempDir Path directory) throws Exception {
        Path sanitizer = sanitizer();
        compile(SOURCES, directory);
        List<String> command = java(directory);
        command.add(SanitizedMain.class.getName());
        for (Class<?> test : new Class<?>[] {
            AbiTest.class, EpollSetTest.class, ErrnoTest.class, RingEnterTest.class, RingFeatureTest.class,
            RingSetupTest.class, RingTest.class, SocketAbiTest.class
        }) {
            command.add(test.getName());
        }
        Result result = run(command, sanitizer);
        assertEquals(0, result.status, result.output);
        assertTrue(result.output.contains("passed with a library in "), result.output);
    }

    /** With a fault of which it is known where it is. */
    @Test
    void anAccessOutOfBoundsIsFound(@TempDir Path directory) throws Exception {
        Path sanitizer = sanitizer();
        Path sources = Files.createDirectory(directory.resolve("sources"));
        Files.copy(SOURCES.resolve("build.sh"), sources.resolve("build.sh"));
        String right = "    memcpy(name + length, own_class, sizeof(own_class));\n";
        String source = Files.readString(SOURCES.resolve("pollring_iouring.c"));
        assertTrue(source.contains(right));
        Files.writeString(sources.resolve("pollring_iouring.c"),
                source.replace(right, right + "    volatile size_t beyond = capacity;\n    name[beyond] = 0;\n"));
        compile(sources, directory);
        List<String> command = java(directory);
        command.addAll(List.of(SanitizedMain.class.getName(), AbiTest.class.getName()));
        Result result = run(command, sanitizer);
        // Which of the two finds it first is the compiler's choice.
        assertTrue(result.status != 0 && result.output.contains("in class_name " + sources), result.output);
    }

    /** GCC's run-time library, which has to be there before the JVM is. */
    private static Path sanitizer() throws Exception {
        Result result = run(List.of("cc", "-print-file-name=libasan.so"), null);
        Path library = Paths.get(result.output.trim());
        assumeTrue(library.isAbsolute(), "this compiler has no address sanitizer: it knows of no libasan.so");
        return library;
    }

    private static void compile(Path sources, Path directory) throws Exception {
        String name = System.mapLibraryName("pollring_iouring_" + PlatformDependent.normalizedArch());
        Result result = run(List.of("sh", sources.resolve("build.sh").toString(), "cc",
                System.getProperty("java.home"), directory.resolve("META-INF/native").resolve(name).toString(),
                "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"), null);
        assertEquals(0, result.status, result.output);
    }

    private static List<String> java(Path directory) {
        // Netty's loader refuses to choose between two libraries of one name.
        String classPath = Stream.of(System.getProperty("surefire.test.class.path",
                System.getProperty("java.class.path")).split(File.pathSeparator))
                .filter(entry -> !entry.contains("transport-iouring-native")).collect(Collectors.joining(File.pathSeparator));
        return new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java", "-ea",
                "-XX:TieredStopAtLevel=1", "-cp", directory + File.pathSeparator + classPath));
    }

    private static Result run(List<String> command, Path preloaded) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        if (preloaded != null) {
            builder.environment().put("LD_PRELOAD", preloaded.toString());
            // The JVM has uses of its own for SIGSEGV, and frees little before its end.
            builder.environment().put("ASAN_OPTIONS", "handle_segv=0:detect_leaks=0");
            builder.environment().put("UBSAN_OPTIONS", "print_stacktrace=1");
        }
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), output);
        } finally {
            process.destroyForcibly();
        }
    }

    /** How a process has ended. */
    private static final class Result {
        final int status;
        final String output;

        Result(int status, String output) {
            this.status = status;
            this.output = output;
        }
    }
}
