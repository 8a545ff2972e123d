/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import java.util.Objects;

/**
 * One run of the suite: a mode of the event loops and a family of channels. The JVMs of a run know it from the system
 * property {@code pollring.testsuite.run}: the mode's name, after {@code own-} for our own channels.
 */
public final class Run {

    public static final Run BASELINE = new Run(Mode.BASELINE, Family.HOSTED);

    private static final String OWN_PREFIX = "own-";
    private static final Run CURRENT = of(System.getProperty("pollring.testsuite.run", Mode.RING.id()));

    private final Mode mode;
    private final Family family;

    public Run(Mode mode, Family family) {
        this.mode = mode;
        this.family = family;
    }

    public static Run of(String id) {
        return id.startsWith(OWN_PREFIX) ? new Run(Mode.of(id.substring(OWN_PREFIX.length())), Family.OWN) :
                new Run(Mode.of(id), Family.HOSTED);
    }

    /** The run that this JVM belongs to. */
    public static Run current() {
        return CURRENT;
    }

    public Mode mode() {
        return mode;
    }

    public Family family() {
        return family;
    }

    public String id() {
        return family == Family.OWN ? OWN_PREFIX + mode.id() : mode.id();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Run && ((Run) other).mode == mode && ((Run) other).family == family;
    }

    @Override
    public int hashCode() {
        return Objects.hash(mode, family);
    }

    @Override
    public String toString() {
        return id();
    }
}
