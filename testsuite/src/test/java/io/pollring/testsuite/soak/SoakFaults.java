/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import io.pollring.testsuite.faults.FaultLibrary;

import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;

/**
 * The connections that faults have ended, in a process with the library of faults that may do so; in others none may
 * end unasked. Each of them takes a fault: more connections than there were such faults have broken by themselves.
 */
final class SoakFaults {
    private final FaultLibrary library;
    private final int endedBefore;
    private final LongAdder broken = new LongAdder();

    SoakFaults() {
        boolean mayEnd = "mixed".equals(System.getenv("POLLRING_FAULTS"));
        library = mayEnd ? FaultLibrary.preloaded() : null;
        endedBefore = ended();
    }

    private int ended() {
        return library == null ? 0 : library.pollring_faults_ended();
    }

    /** Whether a connection may be over although nobody has asked for it. */
    boolean mayEnd() {
        return library != null;
    }

    /** Whether {@code cause} may be what a fault has come to. */
    boolean mayCause(Throwable cause) {
        // Some codecs wrap what they get.
        return mayEnd() && (cause instanceof IOException || cause.getCause() instanceof IOException);
    }

    void broken() {
        broken.increment();
    }

    /** Whether a connection has broken, if any can. */
    boolean isTried() {
        return !mayEnd() || broken.sum() > 0;
    }

    void check(Violations violations) {
        int ended = ended() - endedBefore;
        if (broken.sum() > ended) {
            violations.add(broken + " connections have ended unasked, and only " + ended + " faults may have done so");
        }
    }

    @Override
    public String toString() {
        return mayEnd() ? "broken=" + broken + " by faults=" + (ended() - endedBefore) : "broken=none may";
    }
}
