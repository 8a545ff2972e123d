/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.jmh;

import io.netty.channel.epoll.Native;
import io.netty.channel.unix.FileDescriptor;
import io.pollring.ring.Ring;
import io.pollring.ring.RingCounters;
import io.pollring.ring.RingException;
import io.pollring.ring.RingFeature;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

import java.io.IOException;

/**
 * The whole way of a request that does nothing through the machine's kernel: written, submitted, completed, drained.
 * What a batch saves is the system call.
 */
public class NopBenchmark extends RingOperation {
    static final int BATCH = 64;

    private FileDescriptor fd;
    private Ring ring;
    private long sum;

    @Setup
    public void open() throws RingException {
        fd = Native.newEventFd();
        ring = Ring.open(io.pollring.ring.Native.kernel(), BATCH, BATCH, RingFeature.allowedByProperties(),
                new RingCounters(), (userData, result, flags) -> sum += userData + result + flags);
        ring.enable(fd.intValue());
    }

    @TearDown
    public void close() throws IOException {
        ring.close();
        fd.close();
    }

    @Benchmark
    public long alone() throws RingException {
        return nops(1);
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long batched() throws RingException {
        return nops(BATCH);
    }

    private long nops(int count) throws RingException {
        for (int i = 0; i < count; i++) {
            ring.submissionQueue().nop(i);
        }
        int completed = ring.submitNow();
        if (completed != count) {
            throw new IllegalStateException(completed + " of " + count + " NOPs have completed");
        }
        return sum;
    }
}
