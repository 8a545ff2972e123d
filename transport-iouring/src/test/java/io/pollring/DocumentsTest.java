/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring;

import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Reads the documents: their links lead somewhere, what they walk through is there, and the table of features is whole. */
class DocumentsTest {
    private static final Path ROOT = Paths.get("..");
    private static final Path FEATURES = ROOT.resolve("docs/features.md");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]+)(#[^)]*)?\\)");
    private static final Pattern METHOD = Pattern.compile("`([A-Z]\\w+)\\.(\\w+)`");
    private static final Pattern COMMAND = Pattern.compile(
            "(?m)(?:`|^)((?:\\./|testsuite/|benchmarks/|scripts/|examples/)[\\w/-]+)(?=[` ]|$)");
    private static final Pattern RUN = Pattern.compile(" *-? *run: (?:sudo )?(\\S+).*");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    /** Of which the first names the feature, and the last two are ours. */
    private static final int COLUMNS = 7;

    /** A heading of the page on trouble is a part of a message, which somebody searches for who has met it. */
    @Test
    void messagesInTheHeadingsOfTroubleAreInTheSources() throws IOException {
        StringBuilder sources = new StringBuilder();
        try (Stream<Path> files = Files.walk(Paths.get("src/main/java"))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java")).collect(Collectors.toList())) {
                // Literals that are continued on the next line are one.
                sources.append(Files.readString(file).replaceAll("\"\\s*\\+\\s*\"", ""));
            }
        }
        List<String> unknown = new ArrayList<>();
        int headings = 0;
        for (String line : Files.readAllLines(ROOT.resolve("docs/troubleshooting.md"))) {
            if (line.matches("## `[^`]+`")) {
                headings++;
                String message = line.substring(4, line.length() - 1);
                if (sources.indexOf(message) < 0) {
                    unknown.add(message);
                }
            }
        }
        assertEquals(List.of(), unknown);
        assertTrue(headings > 8, "only " + headings);
    }

    @Test
    void walksThroughTheCodeNameMethodsThatExist() throws Exception {
        String text = Files.readString(ROOT.resolve("docs/design.md"));
        int start = text.indexOf("## A walk through the code");
        Matcher step = METHOD.matcher(text.substring(start, text.indexOf("\n## ", start)));
        Map<String, Class<?>> classes = classes();
        List<String> missing = new ArrayList<>();
        int steps = 0;
        while (step.find()) {
            steps++;
            Class<?> named = classes.get(step.group(1));
            if (named == null || Stream.of(named.getDeclaredMethods()).noneMatch(m -> m.getName().equals(step.group(2)))) {
                missing.add(step.group());
            }
        }
        assertEquals(List.of(), missing);
        assertTrue(steps > 50, "the pattern has found only " + steps);
    }

    /** Ours, by their names without package or outer class. */
    private static Map<String, Class<?>> classes() throws Exception {
        Path root = Paths.get("target/classes");
        Map<String, Class<?>> classes = new HashMap<>();
        try (Stream<Path> files = Files.walk(root.resolve("io/pollring"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).collect(Collectors.toList())) {
                String name = root.relativize(file).toString().replaceAll("\\.class$", "").replace('/', '.');
                classes.put(name.replaceAll(".*[.$]", ""), Class.forName(name, false, DocumentsTest.class.getClassLoader()));
            }
        }
        return classes;
    }

    @Test
    void everyRelativeLinkLeadsToAFile() throws IOException {
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (Path document : documents()) {
            Matcher matcher = LINK.matcher(Files.readString(document));
            while (matcher.find()) {
                String target = matcher.group(1);
                if (!target.contains("://")) {
                    links++;
                    if (!Files.exists(document.resolveSibling(target))) {
                        broken.add(document + " -> " + target);
                    }
                }
            }
        }
        assertEquals(List.of(), broken);
        assertTrue(links > 100, "the pattern has found only " + links);
    }

    /** In the documents, and where a public host would run them. */
    @Test
    void everyCommandIsThere() throws IOException {
        List<String> missing = new ArrayList<>();
        int commands = 0;
        for (Path document : documents()) {
            Matcher matcher = COMMAND.matcher(Files.readString(document));
            while (matcher.find()) {
                commands++;
                note(document, matcher.group(1), missing);
            }
        }
        for (Path workflow : list(".github/workflows", ".yml")) {
            for (String line : Files.readAllLines(workflow)) {
                Matcher matcher = RUN.matcher(line);
                if (matcher.matches()) {
                    commands++;
                    note(workflow, matcher.group(1), missing);
                }
            }
        }
        assertEquals(List.of(), missing);
        assertTrue(commands > 40, "the patterns have found only " + commands);
    }

    /** A command, or a folder. */
    private static void note(Path document, String command, List<String> missing) {
        if (!Files.isExecutable(ROOT.resolve(command))) {
            missing.add(document + ": " + command);
        }
    }

    private static List<Path> list(String folder, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(suffix)).collect(Collectors.toList());
        }
    }

    private static List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>();
        for (String folder : new String[] {"", "docs", "testsuite", "benchmarks", "examples"}) {
            documents.addAll(list(folder, ".md"));
        }
        return documents;
    }

    @Test
    void everyOptionStandsInTheTable() throws IOException {
        Set<String> named = new HashSet<>();
        for (String[] row : rows()) {
            Matcher matcher = CODE.matcher(row[1]);
            while (matcher.find()) {
                named.add(matcher.group(1));
            }
        }
        Set<String> options = new TreeSet<>();
        for (Class<?> type : List.of(ChannelOption.class, UnixChannelOption.class, EpollChannelOption.class)) {
            for (Field field : type.getFields()) {
                if (Modifier.isStatic(field.getModifiers()) && ChannelOption.class.isAssignableFrom(field.getType())) {
                    options.add(field.getName());
                }
            }
        }
        assertTrue(options.contains("TCP_CORK") && options.contains("SO_REUSEPORT") && options.contains("AUTO_READ"));
        options.removeAll(named);
        assertEquals(Set.of(), options);
    }

    /** What we claim to have has a test; what we have not is said so. */
    @Test
    void everyCellOfOursHasALinkOrSaysNo() throws IOException {
        List<String> bad = new ArrayList<>();
        for (String[] row : rows()) {
            for (int column = COLUMNS - 1; column <= COLUMNS; column++) {
                String cell = row[column].trim();
                if (!cell.equals("no") && !cell.equals("not yet") && !LINK.matcher(cell).find()) {
                    bad.add(row[1].trim() + ": " + cell);
                }
            }
        }
        assertEquals(List.of(), bad);
    }

    /** The cells of each row, from index 1. */
    private static List<String[]> rows() throws IOException {
        List<String[]> rows = Files.readAllLines(FEATURES).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| Feature |") && !line.startsWith("| --- |"))
                .map(line -> line.split("\\|")).collect(Collectors.toList());
        assertTrue(rows.size() > 60, "only " + rows.size());
        for (String[] row : rows) {
            assertEquals(COLUMNS + 1, row.length, () -> String.join("|", row));
        }
        return rows;
    }
}
