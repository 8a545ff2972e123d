/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import com.fasterxml.jackson.jr.ob.JSON;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Everything that a run has measured, as nested maps: what is written as JSON, and what {@link HtmlReport} reads. */
final class ResultDocument {

    private ResultDocument() {
    }

    static Map<String, Object> of(Options options, Map<String, Object> machine, String counterName,
                                  List<String> notes, List<Result> results) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("machine", machine);
        document.put("header", TextReport.header(options, machine));
        document.put("notes", notes);
        document.put("rounds", options.rounds());
        document.put("roundSeconds", options.seconds());
        document.put("warmupSeconds", options.warmup());
        document.put("serverCore", options.cores().server());
        document.put("generatorCore", options.cores().generator());
        document.put("realtime", options.cores().realtime());
        document.put("syscallCounter", counterName);
        Map<String, Object> workloads = new LinkedHashMap<>();
        for (Result result : results) {
            workloads.put(result.workload().toString(), result.toMap());
        }
        document.put("workloads", workloads);
        return document;
    }

    static void write(Map<String, Object> document, Path file) throws IOException {
        Files.writeString(file,
                JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(document) + System.lineSeparator());
    }

    static Map<String, Object> read(Path file) throws IOException {
        return JSON.std.mapFrom(Files.readString(file));
    }

    /** @throws IllegalArgumentException when there is none of that name */
    @SuppressWarnings("unchecked")
    static Map<String, Object> child(Map<String, Object> parent, String name) {
        if (!(parent.get(name) instanceof Map)) {
            throw new IllegalArgumentException("there is no object '" + name + "' in " + parent.keySet());
        }
        return (Map<String, Object>) parent.get(name);
    }

    static double number(Map<String, Object> parent, String name) {
        if (!(parent.get(name) instanceof Number)) {
            throw new IllegalArgumentException("there is no number '" + name + "' in " + parent.keySet());
        }
        return ((Number) parent.get(name)).doubleValue();
    }
}
