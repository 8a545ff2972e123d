/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.ChannelException;
import io.netty.util.internal.logging.InternalLogLevel;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.ring.Errno;
import io.pollring.ring.Kernel;
import io.pollring.ring.Ring;
import io.pollring.ring.RingException;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The ring of one loop, and its only owner: opens it, puts another in its place where it cannot go on, and gives up where
 * there is none to be had. Then the loop waits on its epoll set, and the log says why, once for each reason.
 *
 * <p>{@link #get()} may be called by any thread, all else by the loop's only.
 */
final class LoopRing {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(LoopRing.class);
    private static final Set<String> LOGGED_REASONS = ConcurrentHashMap.newKeySet();

    private final Kernel kernel;
    private final LoopSettings settings;
    private final LoopMetrics metrics;
    private final Poller poller;
    private final int wakeupFd;
    /** What the log calls the loop. */
    private final String loopName;

    /** Why there is no ring. Written before {@link #ring} is null for good. */
    private volatile Throwable unavailabilityCause;
    private volatile Ring ring;
    private int cqEntries;

    LoopRing(Kernel kernel, LoopSettings settings, LoopMetrics metrics, Poller poller, int wakeupFd,
             ThreadAwareExecutor executor) {
        this.kernel = kernel;
        this.settings = settings;
        this.metrics = metrics;
        this.poller = poller;
        this.wakeupFd = wakeupFd;
        // As objects are called by default; the executor may be half made yet, and is not asked.
        loopName = executor.getClass().getName() + '@' + Integer.toHexString(System.identityHashCode(executor));
        cqEntries = settings.cqEntries;
    }

    /** The ring, or {@code null} if the loop waits on its epoll set. */
    Ring get() {
        return ring;
    }

    /** Why there is no ring, or {@code null} if there is one. */
    Throwable unavailabilityCause() {
        return ring == null ? unavailabilityCause : null;
    }

    /**
     * Opens the ring that the settings ask for, if any. It belongs to no thread yet.
     *
     * @throws ChannelException      if fds have run out, as Netty's epoll handler does
     * @throws IllegalStateException if there is no ring and the settings require one
     */
    void open() {
        if (settings.beginsWithout() != null) {
            // No warning: the operator knows.
            fallBack(InternalLogLevel.INFO, settings.beginsWithout());
            return;
        }
        try {
            ring = open(cqEntries);
        } catch (RingException e) {
            if (e.errno() == Errno.EMFILE || e.errno() == Errno.ENFILE) {
                // What Netty's epoll handler throws when there is no fd left for its epoll instance.
                throw new ChannelException(e.getMessage(), e);
            }
            if (settings.ringRequired) {
                throw new IllegalStateException("io_uring is required, but: " + e.getMessage(), e);
            }
            fallBack(InternalLogLevel.WARN, e);
        }
    }

    private Ring open(int wished) throws RingException {
        return settings.openRing(kernel, wished, metrics.ring, poller.completions());
    }

    /** From now on the ring is the calling thread's. */
    void enable() {
        if (ring == null) {
            poller.useRing(null, null);
            return;
        }
        try {
            ring.enable(wakeupFd);
            poller.useRing(ring, null);
        } catch (RingException e) {
            abandon(e);
            return;
        } catch (OutOfMemoryError e) {
            close();
            giveUp(e, Errno.ENOMEM);
            return;
        }
        FlightEvents.waitsOnRing(loopName, false);
    }

    /** A ring belongs to a thread, and the kernel cancels the requests of a thread that ends: so makes a new one. */
    void changeThread() {
        if (ring != null) {
            replace(cqEntries);
        }
    }

    /** Any request may have ended without a word. A larger queue, in which nothing is armed yet, is certain. */
    void completionsWereLost() {
        int entries = ring.completionQueue().entries();
        int wished = Math.min(entries * 2, 2 * Ring.MAX_ENTRIES);
        poller.completionsWereLost();
        replace(wished);
        logger.warn("Completions were lost; the ring was to get {} completion queue entries instead of {}", wished,
                entries);
    }

    /** The ring, which must be there, has failed. */
    void recover(RingException cause) {
        if (cause.errno() == Errno.EEXIST) {
            // The kernel takes this thread for another: a virtual thread on a new carrier.
            replace(cqEntries);
        } else {
            abandon(cause);
        }
    }

    private void replace(int wished) {
        close();
        reopen(wished);
    }

    private void reopen(int wished) {
        Ring next;
        try {
            next = openEnabled(wished);
        } catch (RingException | OutOfMemoryError e) {
            if (wished > cqEntries) {
                // There may be memory for one like the last.
                reopen(cqEntries);
            } else {
                giveUp(e, e instanceof RingException ? ((RingException) e).errno() : Errno.ENOMEM);
            }
            return;
        }
        cqEntries = wished;
        use(next);
    }

    private Ring openEnabled(int wished) throws RingException {
        Ring opened = open(wished);
        boolean success = false;
        try {
            opened.enable(wakeupFd);
            success = true;
            return opened;
        } finally {
            if (!success) {
                opened.close();
            }
        }
    }

    private void use(Ring next) {
        ring = next;
        metrics.ringsReplaced.increment();
        poller.useRing(next, null);
        FlightEvents.waitsOnRing(loopName, true);
    }

    /** Gives up the ring, if there is one, until {@link #useRing}: the operator wants it. */
    void useEpoll() {
        if (ring == null) {
            return;
        }
        // This ring works: it can be asked whose completions it has lost.
        if (ring.hasLost()) {
            poller.completionsWereLost();
        }
        close();
        waitOnEpoll(new IllegalStateException("the loop was told to wait on epoll"));
        poller.useRing(null, "asked");
        logger.info("The event loop {} waits on epoll from now on, as it was told to", loopName);
    }

    /**
     * The loop waits on a ring from now on, if it does not.
     *
     * @throws RingException         if there is none to be had; the loop goes on with epoll
     * @throws IllegalStateException if rings are switched off
     */
    void useRing() throws RingException {
        if (ring != null) {
            return;
        }
        if (!settings.ringWanted) {
            throw new IllegalStateException(LoopSettings.switchedOff().getMessage());
        }
        use(openEnabled(cqEntries));
        logger.info("The event loop {} waits on a ring from now on, as it was told to", loopName);
    }

    private void abandon(RingException cause) {
        close();
        giveUp(cause, cause.errno());
    }

    private void giveUp(Throwable cause, int errno) {
        fallBack(InternalLogLevel.WARN, cause);
        poller.useRing(null, Errno.name(errno));
    }

    /** Closes the ring, if there is one. It stays what {@link #get()} returns. */
    void close() {
        if (ring != null) {
            poller.ringCloses();
            ring.close();
            poller.ringClosed();
        }
    }

    private void fallBack(InternalLogLevel level, Throwable cause) {
        waitOnEpoll(cause);
        String reason = cause.getMessage();
        logger.log(LOGGED_REASONS.add(reason) ? level : InternalLogLevel.DEBUG,
                "The event loop {} has no ring and waits on epoll instead: {}", loopName, reason);
    }

    private void waitOnEpoll(Throwable cause) {
        unavailabilityCause = cause;
        ring = null;
        FlightEvents.waitsOnEpoll(loopName, cause.getMessage());
    }
}
