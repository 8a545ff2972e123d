/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import java.util.ArrayList;
import java.util.List;

/** What was not as it should be. Of many only the first are kept; the rest are counted. */
final class Violations {
    private static final int MAX_KEPT = 100;

    private final List<String> kept = new ArrayList<>();
    private int count;

    synchronized void add(String violation) {
        count++;
        if (kept.size() < MAX_KEPT) {
            kept.add(violation);
            System.out.println("VIOLATION  " + violation);
        }
    }

    synchronized int count() {
        return count;
    }

    synchronized List<String> list() {
        return new ArrayList<>(kept);
    }
}
