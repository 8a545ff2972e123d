/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.unix.Errors;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.ring.Abi;
import io.pollring.ring.Errno;

import java.io.IOException;

/**
 * Brings what was collected to the handles, and judges what they left behind: this is where edges become levels.
 *
 * <p>Belongs to the loop's thread.
 */
final class EventDelivery {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(EventDelivery.class);

    private final RegistrationQueue ready;
    private final WorkQueues queues;
    private final Receiver receiver;
    private final SendBatch sends;
    private final EpollPolls epollPolls;
    private final Offenders offenders;
    private final HandleAdapter adapter;
    private final LoopMetrics metrics;
    private final long sendDelayNanos;
    private final int batchFrom;
    /** How many of those that are ready this turn has still to look at. */
    private int left;
    private int served;
    private boolean deliveringData;
    /** Whether too few are served in this turn for what they flush to wait for each other. */
    private boolean few;
    /** Whether the handle that is being given data has still to flush, and what it flushes need not wait. */
    private boolean sendsAtOnce;

    /** @param settings say when what is flushed is sent */
    EventDelivery(WorkQueues queues, Receiver receiver, SendBatch sends, EpollPolls epollPolls, Offenders offenders,
                  HandleAdapter adapter, LoopMetrics metrics, LoopSettings settings) {
        this.queues = queues;
        this.receiver = receiver;
        this.sends = sends;
        this.epollPolls = epollPolls;
        this.offenders = offenders;
        this.adapter = adapter;
        this.metrics = metrics;
        sendDelayNanos = settings.sendDelayNanos;
        batchFrom = settings.batchFrom;
        ready = queues.ready();
    }

    /** Whether events wait to be delivered, so that the loop must not sleep. */
    boolean isPending() {
        return ready.size() > 0;
    }

    /** Begins a turn, in which those are served that are ready now: others that become so meanwhile come next turn. */
    void beginTurn(int maxEvents) {
        left = Math.min(ready.size(), maxEvents);
        served = 0;
        few = left < batchFrom;
    }

    /** How many handles were served in this turn. */
    int served() {
        return served;
    }

    /**
     * Gives the collected events to their handles, until what these have flushed must not wait any longer to be sent.
     *
     * @return whether that is so, and the turn has to be gone on with
     */
    boolean deliver() {
        long startNanos = System.nanoTime();
        while (left > 0) {
            left--;
            PollRegistration registration = ready.take();
            if (registration.isValid()) {
                serveAlone(registration);
            }
            if (left > 0 && sends.isPending() && System.nanoTime() - startNanos > sendDelayNanos) {
                return true;
            }
        }
        return false;
    }

    /** Whatever comes of it is this registration's. */
    private void serveAlone(PollRegistration registration) {
        try {
            Throwable cause = offenders.take(registration);
            if (cause == null) {
                serve(registration);
            } else {
                fail(registration, cause);
            }
        } catch (Throwable t) {
            offended(registration, t);
        }
    }

    private void serve(PollRegistration registration) {
        if (!registration.isOpen()) {
            registration.failure = 0;
            if (registration.desired != 0) {
                // Its number may be another's by now.
                fail(registration, Errno.EBADF);
                return;
            }
        }
        if (registration.failure != 0) {
            settleFailure(registration);
        }
        int collected = registration.ready;
        if (collected != 0 && registration.isValid()) {
            int events = registration.takeWanted();
            if (events != 0) {
                served++;
                dispatch(registration, events);
            } else {
                metrics.spurious.increment();
                settleUnwanted(registration);
            }
        }
    }

    private void dispatch(PollRegistration registration, int events) {
        // Nothing but data: an error or an end behind the data is still to be told. epoll tells by itself what is left.
        boolean onlyData = registration.state != PollState.REVERTED && (events & ~Abi.POLLOUT) == Abi.POLLIN;
        boolean drained = false;
        boolean stoppedShort = false;
        queues.beginDelivery(registration);
        deliveringData = registration instanceof StreamRegistration
                && (events & (Abi.POLLIN | Abi.POLLOUT)) == Abi.POLLIN;
        sendsAtOnce = few;
        try {
            if (onlyData) {
                adapter.reading(registration.handle);
            }
            registration.handle.handle(registration, PollEvents.of(events));
            drained = onlyData && registration.isValid() && adapter.isDrained(registration.handle);
            stoppedShort = onlyData && !drained && registration.isValid() && adapter.hasStoppedShort(registration.handle);
            offenders.forget(registration);
        } catch (Throwable t) {
            // One handle's trouble is not the others'. Netty's own handles report to their pipeline and do not throw.
            offended(registration, t);
        } finally {
            deliveringData = false;
            queues.endDelivery();
        }
        if (!registration.isValid()) {
            return;
        }
        if (registration.isOpen()) {
            registration.delivered(events, drained || stoppedShort);
            if (stoppedShort) {
                queues.postpone(registration);
            }
            receiver.settleUnasked(registration);
            queues.changed(registration);
        } else {
            // The handle has closed it, but not itself. The file stays open for as long as the ring watches it.
            fail(registration, Errno.EBADF);
        }
    }

    /** Whether a stream is being given data: others are to follow, and then the loop enters the kernel. */
    boolean isDeliveringData() {
        return deliveringData;
    }

    /**
     * Asked before a flush is left to the loop. A handle's first in a turn of few is sent at once, and then does not wait
     * for what the handler does next: with one handle that costs no more system calls. Those after it are sent together.
     */
    boolean takesFirstFlush() {
        boolean first = sendsAtOnce;
        sendsAtOnce = false;
        return first;
    }

    /** What follows the data is not to be overtaken by anything: what is flushed from now on is sent at once. */
    void endsData() {
        deliveringData = false;
    }

    /** Events came that the handle does not want. */
    private void settleUnwanted(PollRegistration registration) {
        receiver.settleUnasked(registration);
        queues.changed(registration);
    }

    private void settleFailure(PollRegistration registration) {
        int errno = registration.failure;
        registration.failure = 0;
        if (registration.state != PollState.IDLE) {
            return;
        }
        switch (errno) {
            case Errno.EBADF:
                fail(registration, errno);
                break;
            case Errno.ECANCELED: // By nobody here: the thread that armed it has ended, say.
            case Errno.ENOMEM:
                if (registration.retriedTooOften()) {
                    epollPolls.revert(registration, Errno.name(errno));
                }
                break;
            default:
                epollPolls.revert(registration, Errno.name(errno));
                break;
        }
        queues.changed(registration);
    }

    /** A handle whose fd was closed is to be told so, when it is its turn: it is no time now to run anybody's code. */
    void addClosed(PollRegistration registration) {
        registration.failure = Errno.EBADF;
        ready.add(registration);
    }

    /** Tells a handle that its fd cannot be watched at all. */
    void fail(PollRegistration registration, int errno) {
        registration.abandon();
        try {
            adapter.failed(registration.handle,
                    Errors.newIOException("poll of fd " + registration.fd() + " (" + Errno.name(errno) + ')', -errno));
        } catch (Throwable t) {
            abandon(registration, t);
        }
        if (registration.isValid()) {
            queues.changed(registration);
        }
    }

    /** Tells a handle that it has thrown too often to be called again. */
    private void fail(PollRegistration registration, Throwable cause) {
        registration.desired = 0;
        try {
            adapter.failed(registration.handle, new IOException("the handle of fd " + registration.fd()
                    + " has thrown, again and again", cause));
        } catch (Throwable t) {
            abandon(registration, t);
        }
    }

    private static void abandon(PollRegistration registration, Throwable cause) {
        Trouble.warn(logger, "Could not tell that {} has failed; it is closed", registration, cause);
        try {
            registration.cancel();
        } catch (Throwable t) {
            Trouble.warn(logger, "Could not cancel {}", registration, t);
        }
        try {
            registration.handle.close();
        } catch (Throwable t) {
            Trouble.warn(logger, "Could not close the handle of {}", registration, t);
        }
    }

    /**
     * The registration's handle has thrown, anywhere: whoever called it goes on. If it does so again and again it is told
     * so when it is its turn to be served, and not called any more. Never throws.
     *
     * @return {@code false}, the answer of whoever gives none
     */
    boolean offended(PollRegistration registration, Throwable cause) {
        if (offenders.isTooMuch(registration)) {
            return false;
        }
        Trouble.warn(logger, "The handle of {} threw", registration, cause);
        queues.dirty().add(registration);
        try {
            if (registration.isValid() && offenders.add(registration, cause)) {
                ready.add(registration);
            }
        } catch (OutOfMemoryError e) {
            Trouble.warn(logger, "There is no memory to take note of it: {}", registration, e);
        }
        return false;
    }

    /** Whoever reads this may be another thread: the elements are not looked at. */
    @Override
    public String toString() {
        return queues.toString();
    }
}
