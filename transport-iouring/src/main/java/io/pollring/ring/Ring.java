/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import io.netty.util.internal.PlatformDependent;

import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;

/**
 * An io_uring instance: owns its fd and the memory it shares with the kernel, and enters the kernel.
 *
 * <p>Made by any thread, then {@linkplain #enable(int) enabled} by the one thread that uses it from there on; with
 * {@link RingFeature#DEFER_TASKRUN} the kernel refuses every other. {@link #close()} may come from any thread once no
 * other uses the ring; afterwards only {@link #close()} and {@link #isOpen()} may be called.
 */
public final class Ring implements AutoCloseable {
    /** The largest submission queue that the kernel makes. */
    public static final int MAX_ENTRIES = 32768;

    /** How many work items one enter of a DEFER_TASKRUN ring runs, unless it waits for more completions. */
    static final int TASK_WORK_BATCH = 20;
    /** How many non-blocking passes in a row may trust the flag that says that there is no task work. */
    private static final int MAX_SKIPPED_ENTERS = 16;
    private static final int MAX_ENTERS_FOR_ROOM = 1000;

    private final Kernel kernel;
    private final int fd;
    private final Set<RingFeature> features;
    private final int noIoWait;
    private final ByteBuffer queues;
    private final ByteBuffer sqes;
    private final SubmissionQueue submissionQueue;
    private final CompletionQueue completionQueue;
    private final CompletionHandler handler;
    private final boolean taskWorkIsFlagged;
    private final RingCounters counters;

    private int lastBatch;
    private int skippedEnters;
    private boolean overflowing;
    private boolean lossTold;
    private RingProbe probe;
    /** Why the ring cannot be used any more, or {@code null}. */
    private RingException failure;
    private volatile boolean open = true;

    /**
     * Sets a ring up with as many features as the kernel and {@code allowed} both have. It is unusable until
     * {@link #enable(int)}.
     *
     * @param sqEntries 1..{@value #MAX_ENTRIES}; rounded up to a power of two
     * @param cqEntries at least {@code sqEntries}; the kernel caps it at twice {@value #MAX_ENTRIES}
     * @param handler   receives every completion, on the ring's thread, inside a call of this class
     * @throws RingException if the kernel refuses; nothing is left open
     */
    public static Ring open(Kernel kernel, int sqEntries, int cqEntries, Set<RingFeature> allowed,
                            RingCounters counters, CompletionHandler handler) throws RingException {
        if (sqEntries < 1 || sqEntries > MAX_ENTRIES) {
            throw new IllegalArgumentException("sqEntries: " + sqEntries + " (expected: 1.." + MAX_ENTRIES + ')');
        }
        if (cqEntries < sqEntries || cqEntries > 2 * MAX_ENTRIES) {
            throw new IllegalArgumentException(
                    "cqEntries: " + cqEntries + " (expected: " + sqEntries + ".." + 2 * MAX_ENTRIES + ')');
        }
        return new RingSetup(kernel, allowed).open(sqEntries, cqEntries, counters, handler);
    }

    Ring(Kernel kernel, int fd, ByteBuffer params, Set<RingFeature> features, RingCounters counters,
         CompletionHandler handler) throws RingException {
        this.kernel = kernel;
        this.fd = fd;
        this.features = features;
        this.counters = counters;
        this.handler = handler;
        noIoWait = features.contains(RingFeature.NO_IOWAIT) ? Abi.ENTER_NO_IOWAIT : 0;
        int flags = params.getInt(Abi.PARAMS_FLAGS);
        taskWorkIsFlagged = (flags & Abi.SETUP_TASKRUN_FLAG) != 0;

        long queueBytes = params.getInt(Abi.PARAMS_SQ_ARRAY)
                + (long) params.getInt(Abi.PARAMS_SQ_ENTRIES) * Integer.BYTES;
        long completionBytes = params.getInt(Abi.PARAMS_CQ_CQES)
                + (long) params.getInt(Abi.PARAMS_CQ_ENTRIES) * Abi.CQE_BYTES;
        // One mapping has both queues, in all kernels whose rings can be restricted.
        queues = kernel.map(fd, Abi.OFF_SQ_RING, Math.max(queueBytes, completionBytes));
        try {
            sqes = kernel.map(fd, Abi.OFF_SQES, (long) params.getInt(Abi.PARAMS_SQ_ENTRIES) * Abi.SQE_BYTES);
        } catch (Throwable t) {
            kernel.unmap(queues);
            throw t;
        }
        submissionQueue = new SubmissionQueue(this, params, queues, sqes, features.contains(RingFeature.CQE_SKIP));
        // During the probe of enable() completions are the probe's, afterwards the handler's.
        completionQueue = new CompletionQueue(params, queues, this::dispatch);
    }

    private void dispatch(long userData, int result, int flags) {
        if (probe == null) {
            handler.completed(userData, result, flags);
        } else {
            probe.completed(userData, result, flags);
        }
    }

    /**
     * Makes the calling thread the ring's own, and finds out by use what the kernel can do: a NOP, a multishot poll, an
     * update and a cancellation. What it lacks is taken out of {@link #features()}.
     *
     * @param probeFd an fd that can be polled and is not readable now
     * @throws RingException if the kernel refuses, or lacks what a ring needs; the ring is then of no use and must be
     *                       closed
     */
    public void enable(int probeFd) throws RingException {
        int result = kernel.register(fd, Abi.REGISTER_ENABLE_RINGS, null, 0);
        if (result < 0) {
            throw new RingException("io_uring_register(ENABLE_RINGS) of ring fd " + fd, result,
                    RingSetup.remedy(-result));
        }
        probe = new RingProbe(this, probeFd, features);
        try {
            probe.run();
        } finally {
            probe = null;
        }
    }

    public SubmissionQueue submissionQueue() {
        return submissionQueue;
    }

    public CompletionQueue completionQueue() {
        return completionQueue;
    }

    /** What this ring uses; final once {@link #enable(int)} has returned. */
    public boolean has(RingFeature feature) {
        return features.contains(feature);
    }

    /** A copy of what this ring uses. */
    public Set<RingFeature> features() {
        Set<RingFeature> copy = EnumSet.noneOf(RingFeature.class);
        copy.addAll(features);
        return copy;
    }

    /**
     * Submits, lets the kernel make the completions that are due, and collects them, without waiting. Does not enter if
     * there is nothing to submit and nothing due.
     *
     * @return the number of completions collected
     * @throws RingException if the ring is broken
     */
    public int submitNow() throws RingException {
        if (mustEnter()) {
            enter(0, Abi.ENTER_GETEVENTS);
        }
        return collect();
    }

    /**
     * Submits, waits for a completion, and collects what has come. Returns early on a signal.
     *
     * @return the number of completions collected
     * @throws RingException if the ring is broken
     */
    public int submitAndWait() throws RingException {
        if (completionQueue.ready() > 0) {
            return submitNow();
        }
        enter(1, Abi.ENTER_GETEVENTS | noIoWait);
        return collect();
    }

    /**
     * As {@link #submitAndWait()}, but waits no longer than {@code timeoutNanos}.
     *
     * @param timeoutNanos in nanoseconds, greater than zero
     */
    public int submitAndWait(long timeoutNanos) throws RingException {
        if (timeoutNanos <= 0) {
            throw new IllegalArgumentException("timeoutNanos: " + timeoutNanos + " (expected: > 0)");
        }
        if (completionQueue.ready() > 0) {
            return submitNow();
        }
        checkWorks();
        submissionQueue.publish();
        int pending = submissionQueue.pending();
        entered(kernel.enter(fd, pending, 1, Abi.ENTER_GETEVENTS | noIoWait, timeoutNanos));
        return collect();
    }

    /**
     * Whether there is something to collect, as far as the shared memory tells: no system call is made. Completions that no
     * flag tells of are posted by the kernel itself, where it runs them ({@code DEFER_TASKRUN} has a flag).
     */
    public boolean hasCompletions() {
        return completionQueue.ready() > 0 || submissionQueue.hasTaskWork() || submissionQueue.isOverflowing();
    }

    /** As {@link #submitNow()}, but always enters. */
    public int submitAndRunTaskWork() throws RingException {
        enter(0, Abi.ENTER_GETEVENTS);
        return collect();
    }

    /** {@code io_uring_register(2)}; the ring's restrictions say what is allowed. */
    int register(int opcode, ByteBuffer argument, int count) {
        return kernel.register(fd, opcode, argument, count);
    }

    /** What memory that the kernel is to share must begin with a multiple of. */
    public int pageBytes() {
        return kernel.pageBytes();
    }

    /**
     * Collects what is in the completion queue, without entering the kernel: the last thing to do before
     * {@link #close()}, as the bytes of a receive that has completed are nowhere else.
     */
    public void collectLast() {
        counters.completed.add(completionQueue.drain());
    }

    /** Whether completions were kept back or lost lately because the completion queue was full. */
    public boolean isOverflowing() {
        return overflowing;
    }

    /**
     * Whether completions were lost: the queue was full, and the kernel had no memory to keep them. Each may have been
     * any request's last, so another ring is needed, on which everything is armed anew.
     */
    public boolean hasLost() {
        // Kernels before 5.19 only count, and those after it tell a wait that finds nothing, and count.
        return lossTold || completionQueue.lost() != 0;
    }

    public int fd() {
        return fd;
    }

    public boolean isOpen() {
        return open;
    }

    /**
     * Closes the fd, then unmaps the memory. The kernel cancels what is armed in its own time, some milliseconds later;
     * none of it can complete into the memory any more.
     */
    @Override
    public void close() {
        if (open) {
            open = false;
            kernel.close(fd);
            kernel.unmap(sqes);
            kernel.unmap(queues);
        }
    }

    @Override
    public String toString() {
        return "Ring(fd: " + fd + ", sqEntries: " + submissionQueue.entries() + ", cqEntries: "
                + completionQueue.entries() + ", features: " + features + ')';
    }

    /** Enters until {@code slots} slots are free. */
    void makeRoom(int slots) {
        if (slots > submissionQueue.entries()) {
            throw new IllegalArgumentException("slots: " + slots + " (expected: <= " + submissionQueue.entries() + ')');
        }
        try {
            for (int i = 0; i < MAX_ENTERS_FOR_ROOM; i++) {
                // GETEVENTS: where the kernel refuses to submit because completions wait, they must be taken first.
                enter(0, Abi.ENTER_GETEVENTS);
                collect();
                if (submissionQueue.entries() - submissionQueue.pending() >= slots) {
                    return;
                }
            }
        } catch (RingException e) {
            PlatformDependent.throwException(e);
        }
        failure = new RingException("making room in the submission queue of ring fd " + fd, -Errno.EBUSY);
        PlatformDependent.throwException(failure);
    }

    private boolean mustEnter() {
        if (submissionQueue.pending() > 0) {
            return true;
        }
        // A full batch may have left work behind that no flag tells of; and spurious wake-ups count as work, too.
        if (!taskWorkIsFlagged || lastBatch >= TASK_WORK_BATCH || submissionQueue.hasTaskWork()
                || skippedEnters >= MAX_SKIPPED_ENTERS) {
            return true;
        }
        skippedEnters++;
        return false;
    }

    private void enter(int minComplete, int flags) throws RingException {
        checkWorks();
        submissionQueue.publish();
        int pending = submissionQueue.pending();
        entered(kernel.enter(fd, pending, minComplete, flags));
        if (minComplete == 0) {
            // Without SUBMIT_ALL the kernel stops behind a refused SQE: that one is consumed and answered, so each
            // further enter goes on behind it. A wait needs no such loop: the refusal's completion ends it.
            int left = submissionQueue.pending();
            while (left > 0 && left < pending) {
                pending = left;
                entered(kernel.enter(fd, pending, 0, flags));
                left = submissionQueue.pending();
            }
        }
    }

    private void entered(int result) throws RingException {
        counters.enters.increment();
        skippedEnters = 0;
        if (result >= 0) {
            counters.submitted.add(result);
            return;
        }
        switch (-result) {
            case Errno.EINTR: // A signal: the caller looks at its clock and comes again.
            case Errno.ETIME: // The time limit of a timed wait.
            case Errno.EAGAIN: // No memory for a request now. What was not consumed stays pending by the kernel's head.
            case Errno.EBUSY: // Completions must be taken first, which the caller does next.
                return;
            case Errno.EBADR: // Completions were lost. The kernel says so once.
                lossTold = true;
                return;
            default:
                failure = new RingException("io_uring_enter of ring fd " + fd, result, RingSetup.remedy(-result));
                throw failure;
        }
    }

    /**
     * What a ring that has failed once still holds must never be submitted, even if it worked again: a virtual thread may
     * come back to the carrier that the ring is for, and by then a request's fd may be another file's.
     */
    private void checkWorks() throws RingException {
        if (failure != null) {
            throw failure;
        }
    }

    private int collect() throws RingException {
        int count = completionQueue.drain();
        boolean full = count >= completionQueue.entries() || submissionQueue.isOverflowing();
        // What the kernel keeps back is taken at once: as long as there is any of it, it ends every multishot poll that
        // has an event, and if each was armed anew that would go on for ever.
        for (int i = 0; i < MAX_ENTERS_FOR_ROOM && submissionQueue.isOverflowing(); i++) {
            enter(0, Abi.ENTER_GETEVENTS);
            count += completionQueue.drain();
        }
        if (full && !overflowing) {
            counters.overflows.increment();
        }
        overflowing = full;
        lastBatch = count;
        counters.completed.add(count);
        return count;
    }
}
