/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import java.util.List;

/** What is done to one connection on every transport. */
final class Program {
    final long seed;
    final SocketKind kind;
    final Settings settings;
    final List<Step> steps;

    Program(long seed, SocketKind kind, Settings settings, List<Step> steps) {
        this.seed = seed;
        this.kind = kind;
        this.settings = settings;
        this.steps = List.copyOf(steps);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("program ").append(seed).append(", ").append(kind).append(", ")
                .append(settings);
        for (int i = 0; i < steps.size(); i++) {
            text.append("\n  step ").append(i).append(": ").append(steps.get(i));
        }
        return text.toString();
    }
}
