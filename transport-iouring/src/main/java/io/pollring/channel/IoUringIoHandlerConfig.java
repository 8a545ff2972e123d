/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.util.internal.ObjectUtil;
import io.netty.util.internal.SystemPropertyUtil;
import io.pollring.loop.LoopSettings;
import io.pollring.ring.Ring;
import io.pollring.ring.RingFeature;

import java.util.Set;

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

    private int ringSize;
    private int cqSize;
    private Fallback fallback = Fallback.EPOLL;
    private boolean batchedIo;

    /**
     * The defaults, or what the system properties {@code io.pollring.ringSize}, {@code io.pollring.cqSize},
     * {@code io.pollring.batchedIo} and {@code io.pollring.fallback} say.
     *
     * @throws IllegalArgumentException if one of these is out of range
     */
    public IoUringIoHandlerConfig() {
        ringSize = checkPowerOfTwo(SystemPropertyUtil.getInt("io.pollring.ringSize", DEFAULT_RING_SIZE),
                Ring.MAX_ENTRIES, "io.pollring.ringSize");
        cqSize = checkPowerOfTwo(SystemPropertyUtil.getInt("io.pollring.cqSize", Math.max(DEFAULT_CQ_SIZE, ringSize)),
                MAX_CQ_SIZE, "io.pollring.cqSize");
        batchedIo = SystemPropertyUtil.getBoolean("io.pollring.batchedIo", true);
        String property = SystemPropertyUtil.get("io.pollring.fallback", "epoll").trim();
        if (property.equalsIgnoreCase("fail")) {
            fallback = Fallback.FAIL;
        } else if (!property.equalsIgnoreCase("epoll")) {
            throw new IllegalArgumentException("io.pollring.fallback: " + property + " (expected: epoll or fail)");
        }
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
     * count against {@code RLIMIT_MEMLOCK}.
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
     * do. A small write that is flushed in an inbound event is then made when all
     * events are delivered, and not within {@code flush()}. Where
     * only system calls are seen, by a tracer or by a seccomp filter that looks at {@code sendto} and {@code recvfrom},
     * it had better be off.
     */
    public IoUringIoHandlerConfig setBatchedIo(boolean batchedIo) {
        this.batchedIo = batchedIo;
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
        return new LoopSettings(ringSize, cqSize, maxEvents, SEND_DELAY_NANOS,
                !IoUring.isDisabled(), fallback == Fallback.FAIL, features);
    }

    @Override
    public String toString() {
        return "IoUringIoHandlerConfig(ringSize: " + ringSize + ", cqSize: " + cqSize + ", batchedIo: " + batchedIo
                + ", fallback: " + fallback + ')';
    }
}
