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

    private Warnings() {
    }

    static List<String> of(WorkloadResult result) {
        List<String> warnings = new ArrayList<>();
        for (ContenderResult contender : result.contenders()) {
            check(contender, warnings);
        }
        return warnings;
    }

    private static void check(ContenderResult contender, List<String> warnings) {
        double server = contender.median(Measurement::serverBusy);
        double generator = contender.median(Measurement::generatorBusy);
        double disturbed = contender.median(Measurement::disturbed);
        double idle = contender.median(Measurement::idleServersBusy);
        if (generatorIsBottleneck(server, generator)) {
            warnings.add(text("%s: the load generator is the bottleneck (it was %.0f %% busy, the server %.0f %%): "
                    + "this measures the generator", contender.label(), 100 * generator, 100 * server));
        }
        if (disturbed > MAX_DISTURBED) {
            warnings.add(text("%s: server or generator wanted its core and something else had it, for %.1f %% of "
                    + "the time", contender.label(), 100 * disturbed));
        }
        if (idle > MAX_IDLE_BUSY) {
            warnings.add(text("%s: the servers that had nothing to do used %.1f %% of a core meanwhile",
                    contender.label(), 100 * idle));
        }
        if ("EPOLL".equals(contender.backend())) {
            warnings.add(noRing(contender.label()));
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
