/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.vertxsuite;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** What the loops of a run were, and whether that fits to what the run claims to be. */
final class LoopProof {
    private final Map<String, Long> facts = new TreeMap<>();
    private final List<String> faults = new ArrayList<>();

    void add(String fact, long count) {
        facts.merge(fact, count, Long::sum);
    }

    String text() {
        StringBuilder text = new StringBuilder();
        facts.forEach((fact, count) -> text.append(fact).append('=').append(count).append('\n'));
        return text.toString();
    }

    /** That of all JVMs of a run together. */
    static LoopProof read(Path folder, Run run) throws IOException {
        LoopProof proof = new LoopProof();
        if (!Files.isDirectory(folder)) {
            return proof;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "proof-*.txt")) {
            for (Path file : files) {
                Properties lines = new Properties();
                try (Reader reader = Files.newBufferedReader(file)) {
                    lines.load(reader);
                }
                if (!run.id().equals(lines.remove("run"))) {
                    proof.faults.add(file.getFileName() + " is of another run");
                }
                lines.forEach((fact, count) -> proof.add((String) fact, Long.parseLong((String) count)));
            }
        }
        return proof;
    }

    /** @return what is wrong, empty if nothing is */
    List<String> check(Run run) {
        List<String> wrong = new ArrayList<>(faults);
        if (!run.isOurs()) {
            positive(wrong, "groups.foreign");
            zero(wrong, "groups.ours");
            return wrong;
        }
        positive(wrong, "groups.ours", "loops.ring", "completions");
        zero(wrong, "groups.foreign", "loops.epoll", "reverts");
        if (run == Run.OWN) {
            positive(wrong, "sends", "receives");
        } else {
            zero(wrong, "receives");
        }
        return wrong;
    }

    private void positive(List<String> wrong, String... names) {
        for (String name : names) {
            if (facts.getOrDefault(name, 0L) <= 0) {
                wrong.add(name + " is 0");
            }
        }
    }

    private void zero(List<String> wrong, String... names) {
        for (String name : names) {
            if (facts.getOrDefault(name, 0L) != 0) {
                wrong.add(name + " is " + facts.get(name) + ", expected 0");
            }
        }
    }
}
