/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import org.HdrHistogram.Histogram;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that hands work to an event loop, one piece at a time. It pauses after each, so that the loop falls asleep
 * as it does in real use, and is not woken by the loop: that would cost the loop more than the work does.
 */
final class Caller {
    private static final int MESSAGE_BYTES = 64;
    private static final long MEAN_PAUSE_NANOS = 100_000;
    /** Until it is looked again for work that was not done in the pause. */
    private static final long NEXT_LOOK_NANOS = 20_000;
    private static final long MAX_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int DIGITS = 3;

    private final Channel channel;
    private final SplittableRandom pauses;
    private final ByteBuf message = Unpooled.directBuffer(MESSAGE_BYTES, MESSAGE_BYTES).writeZero(MESSAGE_BYTES);
    private final Runnable task = this::done;
    private final ChannelFutureListener listener = this::written;
    /** From before a piece of work was handed over until it was done. */
    final Histogram latencies = newHistogram();
    /** What it took to hand it over. */
    final Histogram costs = newHistogram();
    private Throwable failure;
    private long doneAt;
    /** Written after the two before, and read before them. */
    private volatile boolean pending;

    /** @param seed of its pauses: the same for all transports */
    Caller(Channel channel, long seed) {
        this.channel = channel;
        pauses = new SplittableRandom(seed);
    }

    /** Of nanoseconds. */
    static Histogram newHistogram() {
        return new Histogram(MAX_NANOS, DIGITS);
    }

    /**
     * Hands over work until it is time to end, and once at least, and waits for the last of it.
     *
     * @param writes whether the work is a write to its channel; else it is a task that does nothing
     */
    void run(boolean writes, long deadline) {
        latencies.reset();
        costs.reset();
        do {
            pending = true;
            long before = System.nanoTime();
            if (writes) {
                write();
            } else {
                channel.eventLoop().execute(task);
            }
            long after = System.nanoTime();
            pause();
            latencies.recordValue(doneAt - before);
            costs.recordValue(after - before);
        } while (System.nanoTime() - deadline < 0);
    }

    /** Always the same buffer: it is ours again when the write before is done. */
    private void write() {
        channel.writeAndFlush(message.setIndex(0, MESSAGE_BYTES).retain(), channel.newPromise().addListener(listener));
    }

    private void pause() {
        LockSupport.parkNanos((long) (-Math.log(1 - pauses.nextDouble()) * MEAN_PAUSE_NANOS));
        while (pending) {
            LockSupport.parkNanos(NEXT_LOOK_NANOS);
        }
        if (failure != null) {
            throw new IllegalStateException("a write to " + channel + " failed", failure);
        }
    }

    private void written(ChannelFuture future) {
        failure = future.cause();
        done();
    }

    /** On the loop's thread. */
    private void done() {
        doneAt = System.nanoTime();
        pending = false;
    }

    void release() {
        message.release();
    }
}
