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
import java.util.ArrayList;
import java.util.List;

/**
 * Joins lists of test classes, because surefire takes one file of what it shall leave out. Arguments: in turns the file
 * to write, and the files it is made of with commas in between.
 */
public final class ListJoiner {

    private ListJoiner() { }

    public static void main(String[] args) throws IOException {
        for (int i = 0; i + 1 < args.length; i += 2) {
            List<String> lines = new ArrayList<>();
            for (String source : args[i + 1].split(",")) {
                lines.addAll(Files.readAllLines(Paths.get(source)));
            }
            Path target = Paths.get(args[i]);
            Files.createDirectories(target.getParent());
            Files.write(target, lines);
        }
    }
}
