/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What makes a result doubtful. Silence here is part of a result. */
final class Warnings {
    private static final double SATURATED = 0.95;
    private static final double MAX_DISTURBED = 0.03;
    private static final double MAX_IDLE_BUSY = 0.02;
    private static final double MAX_LATE = 0.005;
    private static final double KEPT_UP = 0.95;

    private Warnings() {
    }

    static List<String> of(WorkloadResult result) {
        List<String> warnings = new ArrayList<>();
        for (ContenderResult contender : result.contenders()) {
            if (result.workload().kind().isRate()) {
                checkRate(contender, warnings);
            }
            check(contender, result.workload().kind(), warnings);
        }
        return warnings;
    }

    private static void checkRate(ContenderResult contender, List<String> warnings) {
        double late = contender.median(Measurement::lateShare);
        double rate = contender.median(Measurement::rate);
        double achieved = contender.median(Measurement::messagesPerSecond);
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
        double server = contender.median(Measurement::serverBusy);
        double generator = contender.median(Measurement::generatorBusy);
        double disturbed = contender.median(Measurement::disturbed);
        double idle = contender.median(Measurement::idleServersBusy);
        // At a given rate the generator is busy all the time, whatever it has to do.
        if (!kind.isRate() && generatorIsBottleneck(server, generator)) {
            warnings.add(text("%s: the load generator is the bottleneck (it was %.0f %% busy, the server %.0f %%): "
                    + "this measures the generator", contender.label(), 100 * generator, 100 * server));
        }
        // Loops that share cores with each other, and with the generator, wait for each other: that is the workload.
        if (!kind.isLoops()) {
            checkDisturbed(contender.label(), "server or generator", disturbed, warnings);
        }
        if (idle > MAX_IDLE_BUSY) {
            warnings.add(text("%s: the servers that had nothing to do used %.1f %% of a core meanwhile",
                    contender.label(), 100 * idle));
        }
        if ("EPOLL".equals(contender.backend())) {
            warnings.add(noRing(contender.label()));
        }
    }

    static void checkDisturbed(String label, String who, double disturbed, List<String> warnings) {
        if (disturbed > MAX_DISTURBED) {
            warnings.add(text("%s: %s wanted its core and something else had it, for %.1f %% of the time", label, who,
                    100 * disturbed));
        }
    }

    static String noRing(String label) {
        return label + ": its loop got no ring and ran on epoll";
    }

    static boolean generatorIsBottleneck(double serverBusy, double generatorBusy) {
        return generatorBusy >= SATURATED && serverBusy < SATURATED;
    }

    private static String text(String format, Object... args) {
        return String.format(Locale.ROOT, format, args);
    }
}
