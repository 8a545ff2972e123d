/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import com.sun.management.OperatingSystemMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Promise;
import org.HdrHistogram.Histogram;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All downloads of a generator, and what is known of the load that they are just making. For the loop only. */
final class QuicLoad {
    private static final int DIGITS = 3;

    private final OperatingSystemMXBean process =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final ByteBuf message;
    private final List<QuicDownload> downloads = new ArrayList<>();
    private final Histogram latencies = new Histogram(DIGITS);
    private Promise<Map<String, Object>> report;
    private Throwable failure;
    private long nanos;
    private long begin;
    private long end;
    private long cpuBefore;
    private int outstanding;

    /** @param message what is to come for each request */
    QuicLoad(ByteBuf message) {
        this.message = message;
    }

    ByteBuf message() {
        return message;
    }

    void add(QuicDownload download) {
        downloads.add(download);
    }

    /** Begins to ask for so many messages, for so long. */
    void begin(long messages, long howLong, Promise<Map<String, Object>> whenDone) {
        report = whenDone;
        if (failure != null) {
            report.setFailure(failure);
            return;
        }
        latencies.reset();
        nanos = howLong;
        cpuBefore = process.getProcessCpuTime();
        begin = System.nanoTime();
        end = begin;
        int count = downloads.size();
        for (int i = 0; i < count; i++) {
            downloads.get(i).begin(messages / count + (i < messages % count ? 1 : 0), begin);
        }
        endIfDone();
    }

    /** Whether nothing is to be asked for any more. */
    boolean isOver(long now) {
        return now - begin >= nanos;
    }

    void asked() {
        outstanding++;
    }

    void received(long askedAt, long now) {
        latencies.recordValue(now - askedAt);
        end = now;
        outstanding--;
    }

    /** Tells of the load when it has come to its end: all of its messages are in. */
    void endIfDone() {
        if (outstanding == 0) {
            report.trySuccess(toMap());
        }
    }

    /** One that fails when nothing is asked for ends the next load. */
    void fail(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
        if (report != null) {
            report.tryFailure(cause);
        }
    }

    private Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("messages", latencies.getTotalCount());
        map.put("elapsedNanos", end - begin);
        map.put("cpuNanos", process.getProcessCpuTime() - cpuBefore);
        map.put("p50Nanos", latencies.getValueAtPercentile(50));
        map.put("p99Nanos", latencies.getValueAtPercentile(99));
        map.put("p999Nanos", latencies.getValueAtPercentile(99.9));
        map.put("maxNanos", latencies.getMaxValue());
        return map;
    }
}
