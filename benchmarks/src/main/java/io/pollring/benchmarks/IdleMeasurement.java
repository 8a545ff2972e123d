/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;

/** What one server's memory grew by, per connection, when it got many of them. */
final class IdleMeasurement {
    private final MemoryUse before;
    private final MemoryUse after;
    private final double connections;
    private final double kernelBytes;

    /** @param kernelBytes for each connection, without its sockets; NaN if that is not known */
    IdleMeasurement(MemoryUse before, MemoryUse after, double kernelBytes) {
        this.kernelBytes = kernelBytes;
        if (after.connections() <= before.connections()) {
            throw new IllegalArgumentException("from " + before.connections() + " to " + after.connections()
                    + " connections: there must be more");
        }
        this.before = before;
        this.after = after;
        connections = after.connections() - before.connections();
    }

    double heapBytes() {
        return (after.heapBytes() - before.heapBytes()) / connections;
    }

    double directBytes() {
        return (after.directBytes() - before.directBytes()) / connections;
    }

    /** The part of {@link #directBytes()} that the allocator of buffers holds: in steps of its chunks. */
    double allocatorDirectBytes() {
        return (after.allocatorDirectBytes() - before.allocatorDirectBytes()) / connections;
    }

    /** What our bar is on. */
    double heapAndDirectBytes() {
        return heapBytes() + directBytes();
    }

    /**
     * Of pages outside the heap, direct memory among them: the heap is resident from the beginning, so whatever else
     * becomes so is not in it.
     */
    double residentOutsideHeapBytes() {
        return (after.residentBytes() - before.residentBytes()) / connections;
    }

    /** What the kernel keeps to watch a connection, or to receive for it; NaN where it does not say. */
    double kernelBytes() {
        return kernelBytes;
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("heapBytesPerConnection", heapBytes());
        map.put("directBytesPerConnection", directBytes());
        map.put("allocatorDirectBytesPerConnection", allocatorDirectBytes());
        map.put("heapAndDirectBytesPerConnection", heapAndDirectBytes());
        map.put("residentOutsideHeapBytesPerConnection", residentOutsideHeapBytes());
        if (!Double.isNaN(kernelBytes)) {
            map.put("kernelBytesPerConnection", kernelBytes);
        }
        return map;
    }
}
