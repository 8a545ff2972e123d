/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import static io.pollring.benchmarks.TextReport.text;

/** What makes a result doubtful. Silence here is part of a result. */
final class Warnings {
    private static final double SATURATED = 0.95;
    private static final double MAX_DISTURBED = 0.03;
    private static final double MAX_IDLE_BUSY = 0.02;
    private static final double MAX_LATE = 0.005;
    private static final double KEPT_UP = 0.95;
    /** Beyond this, something else than connections came or went between the two looks at a server's memory. */
    private static final double MAX_SPREAD = 0.05;

    private Warnings() {
    }

    static List<String> of(Result result) {
        List<String> warnings = new ArrayList<>();
        WorkloadKind kind = result.workload().kind();
        for (ContenderResult contender : result.contenders()) {
            if (kind == WorkloadKind.IDLE) {
                checkSpread(contender, warnings);
            } else if (kind == WorkloadKind.HANDOVER) {
                checkDisturbed(contender, "the loop", warnings);
            } else if (kind != WorkloadKind.COLD) {
                check(contender, kind, warnings);
            }
            if (contender.isWithoutRing()) {
                warnings.add(contender.label() + ": its loop got no ring and ran on epoll");
            }
        }
        return warnings;
    }

    private static void checkSpread(ContenderResult contender, List<String> warnings) {
        List<Double> figures = contender.figures(Figure.HEAP_AND_DIRECT);
        double spread = Collections.max(figures) / Collections.min(figures) - 1;
        if (spread > MAX_SPREAD) {
            warnings.add(text("%s: heap and direct memory differ by %.0f %% from round to round", contender.label(),
                    100 * spread));
        }
    }

    private static void checkRate(ContenderResult contender, List<String> warnings) {
        double late = contender.median(Figure.LATE);
        double rate = contender.median(Figure.RATE);
        double achieved = contender.median(Figure.MESSAGES_PER_SECOND);
        if (isLate(late)) {
            warnings.add(text("%s: the load generator sent %.1f %% of the messages after their time: that is in the"
                    + " latencies, too", contender.label(), 100 * late));
        }
        if (isOverloaded(rate, achieved)) {
            warnings.add(text("%s: of %,.0f messages a second %,.0f were answered: latencies are the longer, the longer"
                    + " a round is", contender.label(), rate, achieved));
        }
    }

    /** The share of messages that p99 does not see is one in a hundred; half of that is too near. */
    static boolean isLate(double share) {
        return share > MAX_LATE;
    }

    static boolean isOverloaded(double rate, double achieved) {
        return achieved < KEPT_UP * rate;
    }

    private static void check(ContenderResult contender, WorkloadKind kind, List<String> warnings) {
        double server = contender.median(Figure.SERVER_BUSY);
        double generator = contender.median(Figure.GENERATOR_BUSY);
        double idle = contender.median(Figure.IDLE_SERVERS_BUSY);
        if (kind == WorkloadKind.RATE) {
            checkRate(contender, warnings);
        }
        // At a given rate the generator is busy all the time, whatever it has to do.
        if (kind != WorkloadKind.RATE && generatorIsBottleneck(server, generator)) {
            warnings.add(text("%s: the load generator is the bottleneck (it was %.0f %% busy, the server %.0f %%): "
                    + "this measures the generator", contender.label(), 100 * generator, 100 * server));
        }
        // Loops that share cores with each other, and with the generator, wait for each other: that is the workload.
        if (kind != WorkloadKind.LOOPS) {
            checkDisturbed(contender, "server or generator", warnings);
        }
        if (idle > MAX_IDLE_BUSY) {
            warnings.add(text("%s: the servers that had nothing to do used %.1f %% of a core meanwhile",
                    contender.label(), 100 * idle));
        }
    }

    private static void checkDisturbed(ContenderResult contender, String who, List<String> warnings) {
        double disturbed = contender.median(Figure.DISTURBED);
        if (disturbed > MAX_DISTURBED) {
            warnings.add(text("%s: %s wanted its core and something else had it, for %.1f %% of the time",
                    contender.label(), who, 100 * disturbed));
        }
    }

    static boolean generatorIsBottleneck(double serverBusy, double generatorBusy) {
        return generatorBusy >= SATURATED && serverBusy < SATURATED;
    }
}
