/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import io.pollring.testsuite.harness.Family;
import io.pollring.testsuite.harness.Mode;
import io.pollring.testsuite.harness.Run;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongFunction;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Many programs on some transports, and what they do not agree in.
 *
 * <p>{@code -Dpollring.fuzz.seed=N} replays one program; {@code -Dpollring.fuzz.first=N} and
 * {@code -Dpollring.fuzz.programs=N} choose which there are; {@code -Dpollring.fuzz.shrink=true} makes those that
 * differ as small as they can be.
 */
final class Fuzz {
    private static final int MAX_SHOWN = 5;

    private final String name;
    private final Set<Transport> transports;
    private final LongFunction<Program> generator;
    private final List<String> faults = new ArrayList<>();

    /** @param generator makes a program from its seed */
    Fuzz(String name, Set<Transport> transports, LongFunction<Program> generator) {
        this.name = name;
        this.transports = transports;
        this.generator = generator;
    }

    /** @param count how many programs there are by default */
    void run(int count) throws Exception {
        assumeTrue(Run.current().equals(new Run(Mode.RING, Family.OWN)), "all transports are compared in one run");
        Long only = Long.getLong("pollring.fuzz.seed");
        long first = only == null ? Long.getLong("pollring.fuzz.first", 1) : only;
        int programs = only == null ? Integer.getInteger("pollring.fuzz.programs", count) : 1;
        try (Differential differential = new Differential(transports, generator)) {
            for (long seed = first; seed < first + programs; seed++) {
                run(differential, generator.apply(seed));
            }
            System.out.println("differential fuzz of " + name + ": programs " + first + " to " + (first + programs - 1)
                    + " on " + transports + "\n  " + differential.limits());
        }
        assertTrue(faults.isEmpty(), () -> faults.size() + " program(s) differ, among them:\n"
                + String.join("\n", faults.subList(0, Math.min(MAX_SHOWN, faults.size()))));
    }

    private void run(Differential differential, Program program) {
        List<String> differences;
        try {
            differences = differential.compare(program);
        } catch (RuntimeException e) {
            differences = List.of(String.valueOf(e.getMessage()));
        }
        if (!differences.isEmpty()) {
            String fault = program + "\n  (-Dpollring.fuzz.seed=" + program.seed + ")\n  "
                    + String.join("\n  ", differences);
            System.out.println(fault);
            faults.add(fault);
            if (Boolean.getBoolean("pollring.fuzz.shrink")) {
                System.out.println("smallest: "
                        + new Shrinker(smaller -> !differential.compare(smaller).isEmpty()).shrink(program));
            }
        }
    }
}
