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
    private static final int MAX_CLASS_LINES = 400;
    private static final int MAX_METHOD_LINES = 40;
    /** The first line of a method or a constructor: modifiers, a type and a name, and no statement. */
    private static final String METHOD =
            " +(?!(return|throw|new|if|for|while|switch|try|synchronized) )[\\w<][^=(;]*\\(.*";

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

    /** By PollringProperties, so that all are understood alike, and none is read under a name that nobody knows. */
    @Test
    void systemPropertiesAreReadInOnePlace() throws IOException {
        List<String> elsewhere = new ArrayList<>();
        for (Path file : files("")) {
            String reading = ".*(SystemPropertyUtil\\.|getProperty\\(|getBoolean\\(|getInteger\\().*io\\.pollring.*";
            if (!file.endsWith("PollringProperties.java")
                    && Files.readAllLines(file).stream().anyMatch(line -> line.matches(reading))) {
                elsewhere.add(file.toString());
            }
        }
        assertEquals(List.of(), elsewhere);
    }

    @Test
    void noClassHasMoreThanFourHundredLines() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path file : files("")) {
            int lines = Files.readAllLines(file).size();
            if (lines > MAX_CLASS_LINES) {
                tooLong.add(file + ": " + lines);
            }
        }
        assertEquals(List.of(), tooLong);
    }

    @Test
    void noMethodHasMoreThanFortyLines() throws IOException {
        List<String> tooLong = new ArrayList<>();
        int methods = 0;
        List<Path> files = files("loop");
        files.addAll(files("channel"));
        for (Path file : files) {
            List<String> lines = Files.readAllLines(file);
            for (int end = 0; end < lines.size(); end++) {
                int start = lines.get(end).matches(" +}") ? startOfMethod(lines, end) : -1;
                if (start >= 0) {
                    methods++;
                    if (end - start >= MAX_METHOD_LINES) {
                        tooLong.add(file + ":" + (start + 1) + ": " + (end - start + 1));
                    }
                }
            }
        }
        assertEquals(List.of(), tooLong);
        assertTrue(methods > 800, "only " + methods);
    }

    /** Where the method begins whose last line is {@code end}; -1 if what ends there is something else. */
    private static int startOfMethod(List<String> lines, int end) {
        String indent = lines.get(end).replace("}", "");
        int start = end - 1;
        while (!lines.get(start).matches(indent + "[\\w@<].*")) {
            start--;
        }
        return lines.get(start).matches(METHOD) ? start : -1;
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
