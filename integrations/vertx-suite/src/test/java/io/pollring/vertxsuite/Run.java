/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.vertxsuite;

import java.util.Locale;

/** One run of Vert.x' test classes; its JVM knows it from the system property {@code pollring.vertxsuite.run}. */
enum Run {
    /** Netty's epoll, which the others are compared with. */
    BASELINE,
    /** Our loops with Netty's channels. */
    HOSTED,
    /** Our loops with our channels. */
    OWN;

    static Run current() {
        return of(System.getProperty("pollring.vertxsuite.run"));
    }

    static Run of(String id) {
        for (Run run : values()) {
            if (run.id().equals(id)) {
                return run;
            }
        }
        throw new IllegalArgumentException("no such run: " + id);
    }

    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean isOurs() {
        return this != BASELINE;
    }
}
