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
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The counters of one event loop's thread and of its process, read from another thread, so that reading them adds
 * nothing to what they count.
 */
final class LoopStats {
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final OperatingSystemMXBean process =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final Transport transport;
    private final EventLoop loop;
    private final long threadId;

    /** @param threadId the Java id of the loop's thread */
    LoopStats(Transport transport, EventLoop loop, long threadId) {
        this.transport = transport;
        this.loop = loop;
        this.threadId = threadId;
        threads.setThreadAllocatedMemoryEnabled(true);
        threads.setThreadCpuTimeEnabled(true);
    }

    /** All counters only ever grow: whoever wants to know what a load cost takes them before and after. */
    Map<String, Object> read() {
        Map<String, Object> stats = new LinkedHashMap<>();
        stats.put("processCpuNanos", process.getProcessCpuTime());
        stats.put("loopCpuNanos", threads.getThreadCpuTime(threadId));
        stats.put("loopAllocatedBytes", threads.getThreadAllocatedBytes(threadId));
        if (loop.parent() instanceof IterationCountingGroup) {
            stats.put("loopIterations", ((IterationCountingGroup) loop.parent()).iterations());
        }
        if (transport.isOurs()) {
            stats.put("metrics", metrics(IoUring.metrics(loop)));
        }
        return stats;
    }

    private static Map<String, Object> metrics(IoUringMetrics metrics) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("enters", metrics.enters());
        values.put("sqes", metrics.sqes());
        values.put("cqes", metrics.cqes());
        values.put("pollsArmed", metrics.pollsArmed());
        values.put("pollUpdates", metrics.pollUpdates());
        values.put("pollRemoves", metrics.pollRemoves());
        values.put("spuriousCompletions", metrics.spuriousCompletions());
        values.put("staleCompletions", metrics.staleCompletions());
        values.put("overflows", metrics.overflows());
        values.put("wakeups", metrics.wakeups());
        values.put("timerSets", metrics.timerSets());
        values.put("epollWaits", metrics.epollWaits());
        values.put("epollCtls", metrics.epollCtls());
        values.put("reverts", metrics.reverts());
        return values;
    }
}
