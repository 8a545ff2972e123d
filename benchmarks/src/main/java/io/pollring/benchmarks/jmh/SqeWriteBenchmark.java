/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.jmh;

import io.netty.channel.epoll.Native;
import io.netty.channel.unix.FileDescriptor;
import io.pollring.ring.Abi;
import io.pollring.ring.MemoryKernel;
import io.pollring.ring.Ring;
import io.pollring.ring.RingCounters;
import io.pollring.ring.RingException;
import io.pollring.ring.RingFeature;
import io.pollring.ring.SubmissionQueue;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

import java.io.IOException;

/**
 * Writes requests of one kind until the submission queue is full, and publishes them. They are consumed unread, so what
 * is measured is the writing.
 */
public class SqeWriteBenchmark extends RingOperation {
    static final int BATCH = 64;
    private static final int MESSAGE_BYTES = 64;
    /** Any will do: nothing reads it. */
    private static final long ADDRESS = 1 << 20;

    private FileDescriptor fd;
    private Ring ring;
    private SubmissionQueue queue;

    @Setup
    public void open() throws RingException {
        MemoryKernel kernel = new MemoryKernel();
        fd = Native.newEventFd();
        ring = Ring.open(kernel, BATCH, BATCH, RingFeature.allowedByProperties(), new RingCounters(),
                (userData, result, flags) -> {
                    throw new IllegalStateException("a completion of what was consumed unread");
                });
        ring.enable(fd.intValue());
        kernel.discard();
        queue = ring.submissionQueue();
    }

    @TearDown
    public void close() throws IOException {
        ring.close();
        fd.close();
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int pollAdd() throws RingException {
        for (int i = 0; i < BATCH; i++) {
            queue.pollAdd(fd.intValue(), Abi.POLLIN, true, i);
        }
        return publish();
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int pollUpdate() throws RingException {
        for (int i = 0; i < BATCH; i++) {
            queue.pollUpdate(i, Abi.POLLIN, i);
        }
        return publish();
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int send() throws RingException {
        for (int i = 0; i < BATCH; i++) {
            queue.send(fd.intValue(), ADDRESS, MESSAGE_BYTES, i);
        }
        return publish();
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int receive() throws RingException {
        for (int i = 0; i < BATCH; i++) {
            queue.receive(fd.intValue(), 0, i);
        }
        return publish();
    }

    private int publish() throws RingException {
        if (queue.pending() != BATCH) {
            throw new IllegalStateException("some were consumed early: " + queue.pending());
        }
        return ring.submitNow();
    }
}
