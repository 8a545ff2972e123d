/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.netty.channel.EventLoop;
import io.pollring.channel.IoUring;
import io.pollring.channel.IoUringMetrics;

import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;

/**
 * The counters of a server's event loops, summed over their threads, and of its process, read from another
 * thread, so that reading them adds nothing to what they count.
 */
final class LoopStats {
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final OperatingSystemMXBean process =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final Transport transport;
    private final List<EventLoop> loops;
    /** Java's ids of the loops' threads. */
    private final long[] threadIds;

    LoopStats(Transport transport, List<EventLoop> loops) throws ExecutionException, InterruptedException {
        this.transport = transport;
        this.loops = loops;
        threadIds = new long[loops.size()];
        for (int i = 0; i < threadIds.length; i++) {
            threadIds[i] = loops.get(i).submit(() -> Thread.currentThread().getId()).get();
        }
        threads.setThreadAllocatedMemoryEnabled(true);
        threads.setThreadCpuTimeEnabled(true);
    }

    /** All counters only ever grow: whoever wants to know what a load cost takes them before and after. */
    Map<String, Object> read() {
        Map<String, Object> stats = new LinkedHashMap<>();
        stats.put("processCpuNanos", process.getProcessCpuTime());
        stats.put("loopCpuNanos", loopCpuNanos());
        stats.put("loopAllocatedBytes", sum(threads.getThreadAllocatedBytes(threadIds)));
        if (loops.get(0).parent() instanceof IterationCountingGroup) {
            stats.put("loopIterations", ((IterationCountingGroup) loops.get(0).parent()).iterations());
        }
        if (transport.isOurs()) {
            Map<String, Long> metrics = new LinkedHashMap<>();
            loops.forEach(loop -> metrics(IoUring.metrics(loop)).forEach(
                    (name, value) -> metrics.merge(name, value, Long::sum)));
            stats.put("metrics", metrics);
        }
        return stats;
    }

    long loopCpuNanos() {
        return sum(threads.getThreadCpuTime(threadIds));
    }

    private static long sum(long[] values) {
        return Arrays.stream(values).sum();
    }

    /** All that the loop counts, by the name of the method that tells it: another build may have fewer, or more. */
    private static Map<String, Long> metrics(IoUringMetrics metrics) {
        Map<String, Long> values = new TreeMap<>();
        for (Method method : IoUringMetrics.class.getDeclaredMethods()) {
            if (Modifier.isPublic(method.getModifiers()) && method.getReturnType() == long.class) {
                try {
                    values.put(method.getName(), (long) method.invoke(metrics));
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        return values;
    }
}
