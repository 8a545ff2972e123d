/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.jmh;

import io.netty.channel.epoll.Native;
import io.netty.channel.unix.FileDescriptor;
import io.pollring.ring.MemoryKernel;
import io.pollring.ring.Ring;
import io.pollring.ring.RingCounters;
import io.pollring.ring.RingException;
import io.pollring.ring.RingFeature;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

import java.io.IOException;

/** Takes completions out of the completion queue and hands them to a handler, which only adds up what it is given. */
public class CqeDrainBenchmark extends RingOperation {
    static final int BATCH = 64;

    private final MemoryKernel kernel = new MemoryKernel();
    private final RingCounters counters = new RingCounters();
    private FileDescriptor fd;
    private Ring ring;
    private long sum;

    @Setup
    public void open() throws RingException {
        fd = Native.newEventFd();
        ring = Ring.open(kernel, BATCH, BATCH, RingFeature.allowedByProperties(), counters,
                (userData, result, flags) -> sum += userData + result + flags);
        ring.enable(fd.intValue());
        for (int i = 0; i < BATCH; i++) {
            ring.submissionQueue().nop(i);
        }
        ring.submitNow();
    }

    @TearDown
    public void close() throws IOException {
        ring.close();
        fd.close();
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long drain() {
        kernel.repeatCompletions(BATCH);
        ring.collectLast();
        return sum;
    }
}
