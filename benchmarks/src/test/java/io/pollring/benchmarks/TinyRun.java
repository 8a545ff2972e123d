/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Runs the command as a user would, with what it prints kept for a look at it. */
final class TinyRun {
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();

    List<Result> run(String... args) throws Exception {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--loadgen", System.getProperty("loadgen"), "--cores", cores()));
        PrintStream out = new PrintStream(text, true, StandardCharsets.UTF_8.name());
        List<Result> results = Benchmarks.compare(Options.parse(all.toArray(new String[0])), out);
        System.out.print(printed());
        return results;
    }

    /** Where there is but one core both sides share it: that measures nothing, and still shows that all works. */
    private static String cores() throws IOException {
        List<Integer> allowed = Pinning.allowedCores();
        return allowed.get(0) + "," + allowed.get(allowed.size() > 1 ? 1 : 0);
    }

    String printed() {
        return text.toString(StandardCharsets.UTF_8);
    }
}
