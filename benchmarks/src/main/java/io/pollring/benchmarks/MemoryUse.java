/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.Map;

/** What a server holds in memory, after a collection of garbage. */
final class MemoryUse {
    private final Map<String, Object> values;

    MemoryUse(Map<String, Object> values) {
        this.values = values;
    }

    private long value(String name) {
        return ((Number) values.get(name)).longValue();
    }

    long heapBytes() {
        return value("heapBytes");
    }

    long directBytes() {
        return value("directBytes");
    }

    /** The part of {@link #directBytes()} that the allocator of buffers holds. */
    long allocatorDirectBytes() {
        return value("allocatorDirectBytes");
    }

    /** Of the whole process; all of its heap was resident from the beginning. */
    long residentBytes() {
        return value("residentBytes");
    }

    /** How many connections the server had then. */
    long connections() {
        return value("connections");
    }
}
