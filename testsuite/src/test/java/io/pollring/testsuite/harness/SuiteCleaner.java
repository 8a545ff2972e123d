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
import java.nio.file.Paths;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Deletes what earlier runs of the suite left, so that {@link SuiteJudge} sees this build's results alone. Arguments:
 * the suite's directory, then for each run its name and whether it is skipped; a skipped run keeps its results.
 */
public final class SuiteCleaner {

    private SuiteCleaner() { }

    public static void main(String[] args) throws IOException {
        for (int i = 1; i + 1 < args.length; i += 2) {
            if (!Boolean.parseBoolean(args[i + 1])) {
                delete(Paths.get(args[0]).resolve(Run.of(args[i]).id()));
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> paths = Files.walk(directory)) {
            deepestFirst = paths.sorted(Comparator.reverseOrder()).collect(Collectors.toList());
        }
        for (Path path : deepestFirst) {
            Files.delete(path);
        }
    }
}
