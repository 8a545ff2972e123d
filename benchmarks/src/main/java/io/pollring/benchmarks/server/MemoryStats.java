/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.Unpooled;
import io.netty.util.internal.PlatformDependent;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the server's process holds in memory when everything that can go is gone. */
final class MemoryStats {
    private static final int PROBE_BYTES = 1024 * 1024;
    private static final int MAX_COLLECTIONS = 10;
    /** Two collections that leave as much, but for this, have found all there is. */
    private static final long STEADY_BYTES = 1024;
    private static final long PAUSE_MILLIS = 50;

    private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    private final List<MemoryPoolMXBean> heapPools = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP).toList();
    private final BufferPoolMXBean javaDirect = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> "direct".equals(pool.getName())).findFirst()
            .orElseThrow(() -> new IllegalStateException("this JVM does not tell its direct memory"));
    /** Depending on the JDK, Netty's direct memory is or is not a part of what Java says it has handed out. */
    private final boolean javaCountsNettys = javaCountsNettys();

    private boolean javaCountsNettys() {
        long before = javaDirect.getMemoryUsed();
        ByteBuf probe = Unpooled.directBuffer(PROBE_BYTES, PROBE_BYTES);
        try {
            return javaDirect.getMemoryUsed() - before >= PROBE_BYTES;
        } finally {
            probe.release();
        }
    }

    Map<String, Object> read() throws InterruptedException {
        Map<String, Object> stats = new LinkedHashMap<>();
        stats.put("heapBytes", heapAfterCollection());
        stats.put("directBytes", directBytes());
        stats.put("allocatorDirectBytes", allocatorDirectBytes());
        stats.put("connections", CountingEchoHandler.instance().connections());
        return stats;
    }

    /** What the last of some collections left, not what is in use now: threads take room for new objects ahead. */
    private long heapAfterCollection() throws InterruptedException {
        long used = Long.MAX_VALUE;
        for (int i = 0; i < MAX_COLLECTIONS; i++) {
            long before = used;
            memory.gc();
            // What waits to be cleaned up after a collection, buffers for example, goes in the next.
            Thread.sleep(PAUSE_MILLIS);
            used = heapPools.stream().mapToLong(pool -> pool.getCollectionUsage().getUsed()).sum();
            if (Math.abs(before - used) <= STEADY_BYTES) {
                return used;
            }
        }
        throw new IllegalStateException("the heap is still not steady after " + MAX_COLLECTIONS + " collections");
    }

    private long directBytes() {
        long nettys = PlatformDependent.usedDirectMemory();
        if (nettys < 0) {
            throw new IllegalStateException("Netty does not count its direct memory");
        }
        return javaCountsNettys ? javaDirect.getMemoryUsed() : javaDirect.getMemoryUsed() + nettys;
    }

    /** The part of {@link #directBytes()} that Netty's default allocator holds, in use or kept for later. */
    private static long allocatorDirectBytes() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
    }
}
