/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A list of test classes in the form that surefire's {@code includesFile} takes, one pattern a line. */
final class ClassList {

    private final List<Pattern> patterns;

    private ClassList(List<Pattern> patterns) {
        this.patterns = patterns;
    }

    static ClassList read(Path file) throws IOException {
        return new ClassList(Files.readAllLines(file).stream().map(String::trim)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .map(ClassList::toPattern).collect(Collectors.toList()));
    }

    private static Pattern toPattern(String line) {
        if (!line.startsWith("**/") || !line.endsWith(".java") || line.indexOf('/', 3) >= 0) {
            throw new IllegalArgumentException("only lines like **/Name*.java are understood: " + line);
        }
        String name = line.substring(3, line.length() - ".java".length());
        return Pattern.compile(Pattern.quote(name).replace("*", "\\E[^.]*\\Q"));
    }

    boolean contains(String className) {
        String simpleName = className.substring(className.lastIndexOf('.') + 1);
        return patterns.stream().anyMatch(pattern -> pattern.matcher(simpleName).matches());
    }
}
