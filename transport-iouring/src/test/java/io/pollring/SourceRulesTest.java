/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Reads the sources: dependencies point down, and no class grows out of sight. */
class SourceRulesTest {
    private static final Path SOURCES = Paths.get("src/main/java/io/pollring");

    @Test
    void theRingKnowsNoChannelAndNothingAbove() throws IOException {
        assertEquals(List.of(), imports("ring").stream()
                .filter(i -> i.startsWith("io.pollring.") || i.startsWith("io.netty.channel."))
                .filter(i -> !i.startsWith("io.netty.channel.unix."))
                .filter(i -> !i.equals("io.netty.channel.epoll.Epoll"))
                .collect(Collectors.toList()));
    }

    @Test
    void theLoopKnowsNoChannelAndNothingAbove() throws IOException {
        assertEquals(List.of(), imports("loop").stream()
                .filter(i -> i.startsWith("io.pollring.channel") || i.matches("io\\.netty\\.channel\\.(\\w+\\.)*\\w*Channel"))
                .collect(Collectors.toList()));
    }

    @Test
    void noClassHasMoreThanFiveHundredLines() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path file : files("")) {
            int lines = Files.readAllLines(file).size();
            if (lines > 500) {
                tooLong.add(file + ": " + lines);
            }
        }
        assertEquals(List.of(), tooLong);
    }

    private static List<String> imports(String packageName) throws IOException {
        List<String> imports = new ArrayList<>();
        for (Path file : files(packageName)) {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith("import ")) {
                    imports.add(line.replaceAll("import (static )?|;", ""));
                }
            }
        }
        assertTrue(imports.size() > 20, imports.toString());
        return imports;
    }

    private static List<Path> files(String packageName) throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES.resolve(packageName))) {
            return files.filter(f -> f.toString().endsWith(".java")).collect(Collectors.toList());
        }
    }
}
