/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What is kept on a core. A process that is kept on one sees that it has one, and does not do what takes two. */
enum Pins {
    /** Server and load generator, whole. */
    PROCESSES("server on core %d, load generator on core %d"),
    /** The thread of the server's event loop, and the load generator: as if the peer were another machine. */
    LOOP("event loop on core %d, load generator on core %d, the rest of the server on both"),
    /** Both processes on both cores, where the scheduler places them: there may be more event loops than cores. */
    SHARED("server and load generator on cores %d and %d, both on both"),
    /** Nothing: the scheduler may put a connection's two ends on one core. */
    NOTHING("server and load generator wherever the scheduler puts them");

    private final String description;

    Pins(String description) {
        this.description = description;
    }

    /** @throws IllegalArgumentException with a text for the user */
    static Pins parse(String label) {
        List<String> labels = Arrays.stream(values()).map(pins -> pins.name().toLowerCase(Locale.ROOT)).toList();
        if (!labels.contains(label)) {
            throw new IllegalArgumentException("--pin: '" + label + "' is none of " + labels);
        }
        return values()[labels.indexOf(label)];
    }

    String describe(int server, int generator) {
        return String.format(description, server, generator);
    }
}
