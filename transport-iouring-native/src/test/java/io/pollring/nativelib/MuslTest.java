/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.nativelib;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The library that was compiled for glibc, loaded by musl's dynamic loader, as on Alpine. */
class MuslTest {
    private static final String LIBRARY = System.getProperty("pollring.native.library");

    @Test
    void muslLoadsTheLibraryAndAllMethodsAreRegistered(@TempDir Path directory) throws Exception {
        String output = run(compile(directory), LIBRARY);
        assertTrue(output.contains("class io/pollring/ring/Native"), output);
        assertTrue(output.matches("(?s).*version 10008, \\d\\d methods\n"), output);
    }

    /** With a library that needs what musl lacks the test above would fail. */
    @Test
    void aLibraryThatNeedsGlibcIsRefused(@TempDir Path directory) throws Exception {
        String program = compile(directory);
        Path source = directory.resolve("needy.c");
        Files.writeString(source, "extern int __res_ninit(void *);\nint JNI_OnLoad(void) { return __res_ninit(0); }\n");
        String needy = directory.resolve("libneedy.so").toString();
        execute(List.of("cc", "-shared", "-fPIC", "-o", needy, source.toString()));
        Result result = execute(List.of(program, needy));
        assertEquals(1, result.status, result.output);
        assertTrue(result.output.contains("__res_ninit: symbol not found"), result.output);
    }

    private static String compile(Path directory) throws Exception {
        assumeTrue(Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(path -> new File(path, "musl-gcc").canExecute()), "no musl-gcc on this machine's path");
        Path source = Path.of("src/test/c/load.c").toAbsolutePath();
        String java = System.getProperty("java.home") + "/include";
        String program = directory.resolve("load").toString();
        run("musl-gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-I" + java, "-I" + java + "/linux", "-o", program,
                source.toString());
        return program;
    }

    private static String run(String... command) throws Exception {
        Result result = execute(List.of(command));
        assertEquals(0, result.status, result.output);
        return result.output;
    }

    private static Result execute(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
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
