/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.util.internal.ObjectUtil;
import io.pollring.loop.LoopSettings;
import io.pollring.ring.PollringProperties;
import io.pollring.ring.Ring;
import io.pollring.ring.RingFeature;

import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Settings of an event loop's ring. A factory copies them, so a later change has no effect on it. Not thread-safe.
 */
public final class IoUringIoHandlerConfig {

    /** What happens where the kernel has no ring for a loop. */
    public enum Fallback {
        /** The loop waits on epoll, says so once in the log, and everything works. */
        EPOLL,
        /** Creating the event loop group fails with an {@link IllegalStateException}. */
        FAIL
    }

    private static final int DEFAULT_RING_SIZE = 256;
    private static final int DEFAULT_CQ_SIZE = 4096;
    private static final int MAX_CQ_SIZE = 2 * Ring.MAX_ENTRIES;
    /** Several times what a turn of dozens of quick handlers takes. */
    private static final long SEND_DELAY_NANOS = 200_000;
    /** A send of its own costs a lone channel as much as a request and the call that submits it. */
    private static final int DEFAULT_BATCH_FROM = 2;
    /** Connections with a message a second are not idle. */
    private static final int DEFAULT_IDLE_MILLIS = 5000;
    /** About what falling asleep and being woken take: a watch in time saves what one that is given up costs. */
    private static final int DEFAULT_WATCH_MICROS = 20;
    private static final int MAX_WATCH_MICROS = 10_000;
    private static final int MAX_PERCENT = 100;

    private int ringSize;
    private int cqSize;
    private Fallback fallback;
    private boolean batchedIo;
    private int batchFrom;
    private int idleMillis;
    private int watchMicros;
    private int ringPercent;

    /**
     * The defaults, or what the system properties {@code io.pollring.ringSize}, {@code io.pollring.cqSize},
     * {@code io.pollring.batchedIo}, {@code io.pollring.batchFrom}, {@code io.pollring.idleMillis},
     * {@code io.pollring.watchMicros}, {@code io.pollring.ringPercent} and {@code io.pollring.fallback} say. What is not
     * understood is warned of, and the default counts; of {@code fallback}, {@link Fallback#FAIL}.
     */
    public IoUringIoHandlerConfig() {
        ringSize = PollringProperties.powerOfTwo(PollringProperties.RING_SIZE, DEFAULT_RING_SIZE, Ring.MAX_ENTRIES);
        cqSize = PollringProperties.powerOfTwo(PollringProperties.CQ_SIZE, Math.max(DEFAULT_CQ_SIZE, ringSize), MAX_CQ_SIZE);
        batchedIo = PollringProperties.flag(PollringProperties.BATCHED_IO, true);
        batchFrom = PollringProperties.number(PollringProperties.BATCH_FROM, DEFAULT_BATCH_FROM, 1, Integer.MAX_VALUE);
        idleMillis = PollringProperties.number(PollringProperties.IDLE_MILLIS, DEFAULT_IDLE_MILLIS, 0, Integer.MAX_VALUE);
        watchMicros = PollringProperties.number(PollringProperties.WATCH_MICROS, DEFAULT_WATCH_MICROS, 0,
                MAX_WATCH_MICROS);
        ringPercent = PollringProperties.number(PollringProperties.RING_PERCENT, MAX_PERCENT, 0, MAX_PERCENT);
        fallback = PollringProperties.word(PollringProperties.FALLBACK, "fail", "epoll", "fail").equals("fail")
                ? Fallback.FAIL : Fallback.EPOLL;
    }

    /** The submission queue's entries. */
    public int ringSize() {
        return ringSize;
    }

    /**
     * Sets the submission queue's entries: how many interest changes go to the kernel in one system call. If more come
     * up in one turn, the kernel is entered more often. 68 bytes each.
     *
     * @param entries a power of two, 1..{@value Ring#MAX_ENTRIES}; 256 by default
     * @throws IllegalArgumentException if it is not
     */
    public IoUringIoHandlerConfig setRingSize(int entries) {
        ringSize = checkPowerOfTwo(entries, Ring.MAX_ENTRIES, "ringSize");
        return this;
    }

    /** The completion queue's entries. */
    public int cqSize() {
        return cqSize;
    }

    /**
     * Sets the completion queue's entries. The kernel finds an armed poll in a hash of this size: with 16,000 channels
     * on one loop a change of interest takes 10.8 microseconds at 512 entries and 1.3 at 16,384. 16 bytes each, which
     * count against {@code RLIMIT_MEMLOCK} on kernels of late.
     *
     * @param entries a power of two, 1..65536; 4096 by default. The ring size if that is more
     * @throws IllegalArgumentException if it is not
     */
    public IoUringIoHandlerConfig setCqSize(int entries) {
        cqSize = checkPowerOfTwo(entries, MAX_CQ_SIZE, "cqSize");
        return this;
    }

    /** Whether the streams among Pollring's own channels send and receive through the ring. */
    public boolean isBatchedIo() {
        return batchedIo;
    }

    /**
     * Sets whether the streams among Pollring's own channels send and receive through the ring, many with one system
     * call (Linux 6.1; {@code true} by default), or each by itself with system calls of its own, as Netty's epoll channels
     * do. A small write that is flushed in an inbound event is then made when all events are delivered, and not within
     * {@code flush()}; see {@link #setBatchFrom}. Where only system calls are seen, by a tracer or by a seccomp filter that
     * looks at {@code sendto} and {@code recvfrom}, it had better be off.
     */
    public IoUringIoHandlerConfig setBatchedIo(boolean batchedIo) {
        this.batchedIo = batchedIo;
        return this;
    }

    /** How many channels have to have data in one turn of the loop for all that they flush to be sent together. */
    public int batchFrom() {
        return batchFrom;
    }

    /**
     * Sets how many channels have to have data, or other events, in one turn of the loop for all that they flush in it to be
     * sent together. If there are fewer, what each of them flushes first is sent within {@code flush()}, as on epoll, and
     * only what it flushes after that waits for the end of the turn. More make answers leave earlier while the loop is not
     * busy, and cost system calls. Without {@linkplain #setBatchedIo batched I/O} it means nothing.
     *
     * @param channels 1 or more; 2 by default, 1 to send nothing at once
     * @throws IllegalArgumentException if it is less than 1
     */
    public IoUringIoHandlerConfig setBatchFrom(int channels) {
        batchFrom = ObjectUtil.checkPositive(channels, "channels");
        return this;
    }

    /** How long a connection is without data, at least, before the loop does not receive for it any more, in milliseconds. */
    public int idleMillis() {
        return idleMillis;
    }

    /**
     * Sets how long a connection has to be without data before the loop leaves it with a poll, instead of the receive that
     * awaits what comes: at least so long, and at most twice as long. The kernel then keeps 253 bytes for it instead of
     * 1,117. A new connection begins so. What comes then is read with a system call, as on epoll, until something comes
     * twice in that time. Without {@linkplain #setBatchedIo batched I/O} it means nothing.
     *
     * @param millis in milliseconds; 5000 by default, 0 to receive for connections from their beginning to their end
     * @throws IllegalArgumentException if it is negative
     */
    public IoUringIoHandlerConfig setIdleMillis(int millis) {
        idleMillis = ObjectUtil.checkPositiveOrZero(millis, "millis");
        return this;
    }

    /** For how long a loop watches its ring before it sleeps, at most, in microseconds. */
    public int watchMicros() {
        return watchMicros;
    }

    /**
     * Sets for how long a loop that has nothing to do watches its ring, in shared memory and without system calls,
     * before it sleeps. What comes meanwhile is served some 15 microseconds earlier, and a thread that gives the loop a
     * task makes no system call. The loop does so only while its waits of late were no longer than this, so that an
     * idle loop sleeps; never while more such loops run than the process has processors, nor where it had fewer than two
     * when the loop was made, or a quota of processor time when the first was; and not with a {@code SelectStrategy} of
     * one's own, nor in a {@code ManualIoEventLoop}, nor without a ring. More than the default is for a service with few,
     * busy connections that has processors to spare: what the loop uses while it watches others may want.
     *
     * @param micros in microseconds, 0..10000; 20 by default. With 0 the loop sleeps at once
     * @throws IllegalArgumentException if it is less or more
     */
    public IoUringIoHandlerConfig setWatchMicros(int micros) {
        watchMicros = ObjectUtil.checkInRange(micros, 0, MAX_WATCH_MICROS, "micros");
        return this;
    }

    /** How many of a hundred loops get a ring. */
    public int ringPercent() {
        return ringPercent;
    }

    /**
     * Sets how many of a hundred loops of a group get a ring; the others wait on epoll. A group's first users of a ring, say:
     * with 25, every fourth loop has one, and what is measured of its channels can be compared with the rest's. {@link
     * IoUring#useRing} gives the others one later, too.
     *
     * @param percent 0..100; 100 by default
     * @throws IllegalArgumentException if it is less or more
     */
    public IoUringIoHandlerConfig setRingPercent(int percent) {
        ringPercent = ObjectUtil.checkInRange(percent, 0, MAX_PERCENT, "percent");
        return this;
    }

    /** What happens where the kernel has no ring for a loop. */
    public Fallback fallback() {
        return fallback;
    }

    /**
     * Sets what happens where the kernel has no ring for a loop; {@link Fallback#EPOLL} by default.
     *
     * @throws NullPointerException if {@code fallback} is
     */
    public IoUringIoHandlerConfig setFallback(Fallback fallback) {
        this.fallback = ObjectUtil.checkNotNull(fallback, "fallback");
        return this;
    }

    private static int checkPowerOfTwo(int value, int max, String name) {
        if (value < 1 || value > max || Integer.bitCount(value) != 1) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: a power of two, 1.." + max + ')');
        }
        return value;
    }

    LoopSettings toSettings(int maxEvents) {
        Set<RingFeature> features = RingFeature.allowedByProperties();
        if (!batchedIo) {
            features.remove(RingFeature.STREAM_IO);
        }
        return new LoopSettings(ringSize, cqSize, maxEvents, SEND_DELAY_NANOS, batchFrom,
                TimeUnit.MILLISECONDS.toNanos(idleMillis), TimeUnit.MICROSECONDS.toNanos(watchMicros),
                !IoUring.isDisabled(), fallback == Fallback.FAIL, features);
    }

    @Override
    public String toString() {
        return "IoUringIoHandlerConfig(ringSize: " + ringSize + ", cqSize: " + cqSize + ", batchedIo: " + batchedIo
                + ", batchFrom: " + batchFrom + ", idleMillis: " + idleMillis + ", watchMicros: " + watchMicros
                + ", ringPercent: " + ringPercent + ", fallback: " + fallback + ')';
    }
}
