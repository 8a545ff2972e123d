/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Supplier;

/** The last things that happened in a schedule; kept only if asked for, as it takes most of the time. */
final class FuzzTrace {
    private static final int MAX_LINES = 400;

    private final boolean enabled;
    private final Queue<String> lines = new ArrayDeque<>();

    FuzzTrace(boolean enabled) {
        this.enabled = enabled;
    }

    void add(FuzzHandle handle, Supplier<String> what) {
        if (enabled) {
            if (lines.size() == MAX_LINES) {
                lines.remove();
            }
            lines.add(handle == null ? what.get() : "handle " + handle.number + ' ' + what.get() + "   ["
                    + handle.registration + ", ready " + PollNames.of(handle.file.ready()) + ']');
        }
    }

    @Override
    public String toString() {
        return String.join("\n  ", lines);
    }
}
