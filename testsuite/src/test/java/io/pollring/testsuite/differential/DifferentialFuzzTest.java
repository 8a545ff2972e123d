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
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Random programs of channel operations and of a peer, run on Netty's epoll and on all that is ours: bytes, events,
 * promises, states, references and files must agree after every step.
 *
 * <p>{@code -Dpollring.fuzz.seed=N} replays one program; {@code -Dpollring.fuzz.first=N} and
 * {@code -Dpollring.fuzz.programs=N} choose which there are; {@code -Dpollring.fuzz.shrink=true} makes those that
 * differ as small as they can be.
 */
public class DifferentialFuzzTest {
    private static final int MAX_SHOWN = 5;

    @Test
    public void everyTransportDoesWhatEpollDoes() throws Exception {
        assumeTrue(Run.current().equals(new Run(Mode.RING, Family.OWN)), "all transports are compared in one run");
        Set<Transport> transports = EnumSet.allOf(Transport.class);
        Long only = Long.getLong("pollring.fuzz.seed");
        long first = only == null ? Long.getLong("pollring.fuzz.first", 1) : only;
        int programs = only == null ? Integer.getInteger("pollring.fuzz.programs", 300) : 1;
        List<String> faults = new ArrayList<>();
        try (Differential differential = new Differential(transports)) {
            for (long seed = first; seed < first + programs; seed++) {
                run(differential, ProgramGenerator.generate(seed), faults);
            }
            System.out.println("differential fuzz: programs " + first + " to " + (first + programs - 1) + " on "
                    + transports + "\n  differs between runs of the reference, so masked, in so many programs: "
                    + differential.masks() + "\n  epoll fails, so hosted is the reference: "
                    + differential.failedByEpoll() + "\n  a listener of a deferred write is late: "
                    + differential.endedLate() + "\n  a UNIX socket is read on demand: " + differential.readInPieces()
                    + "\n  hosted is the reference, and hears of the end first: " + differential.endFirst()
                    + "\n  how fast the peer reads decides the order: " + differential.decidedByPeer());
        }
        assertTrue(faults.isEmpty(), () -> faults.size() + " program(s) differ, among them:\n"
                + String.join("\n", faults.subList(0, Math.min(MAX_SHOWN, faults.size()))));
    }

    private static void run(Differential differential, Program program, List<String> faults) {
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
