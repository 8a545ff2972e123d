/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.loop.PollRegistration.State;
import io.pollring.ring.Ring;
import io.pollring.ring.RingException;

/**
 * Takes what a registration has in the kernel back, and waits until the kernel has let go of the file: when the user
 * cancels it, when epoll is to watch it, and when its handle wants to read by itself.
 *
 * <p>Belongs to the loop's thread.
 */
final class Withdrawal {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(Withdrawal.class);
    /** How often a cancellation may bring no completion at all before its slot is left to the next turns. */
    private static final int MAX_IDLE_ENTERS = 8;
    private static final long CANCEL_WAIT_NANOS = 1_000_000;

    private final Poller poller;
    private final RegistrationTable table;
    private final Reverter reverter;
    private final Receiver receiver;
    private final Revoker revoker;
    private final HandleAdapter adapter;
    private final LoopMetrics metrics;

    Withdrawal(Poller poller, RegistrationTable table, Reverter reverter, Receiver receiver, Revoker revoker,
               HandleAdapter adapter, LoopMetrics metrics) {
        this.poller = poller;
        this.table = table;
        this.reverter = reverter;
        this.receiver = receiver;
        this.revoker = revoker;
        this.adapter = adapter;
        this.metrics = metrics;
    }

    static boolean isClosed(PollRegistration registration) {
        return registration.state == State.CLOSING || registration.state == State.CLOSED;
    }

    static boolean isReceiving(PollRegistration registration) {
        return registration instanceof StreamRegistration
                && ((StreamRegistration) registration).reception.isInKernel();
    }

    private static boolean isEnding(PollRegistration registration) {
        return registration.state == State.REMOVING || registration.state == State.CLOSING || isReceiving(registration);
    }

    /**
     * Ends a registration that its user has cancelled. An armed request holds the file: the peer would see neither FIN
     * nor RST, and a port would stay bound, after {@code close(2)}. So the last completions are awaited here.
     */
    void close(PollRegistration registration) {
        poller.delivery().forget(registration);
        try {
            adapter.unregistered(registration.handle);
        } catch (Throwable t) {
            Trouble.warn(logger, "Could not tell that {} ends", registration, t);
        }
        registration.ready = 0;
        registration.failure = 0;
        if (registration instanceof StreamRegistration) {
            // Nothing of it, unless its handle has forgotten to.
            poller.sends().settle((StreamRegistration) registration);
        }
        withdraw(registration, State.CLOSING);
        if (isReceiving(registration) && poller.ring() != null && poller.ring().hasLost()) {
            // With its last completion, it seems. The handle may go on without this registration, but with no hole.
            ((StreamRegistration) registration).lost();
        }
        registration.ready = 0;
        registration.failure = 0;
        switch (registration.state) {
            case REVERTED:
                reverter.unwatch(registration);
                registration.state = State.CLOSED;
                break;
            case IDLE:
                registration.state = State.CLOSED;
                break;
            case ARMED: // The ring has failed.
            case REMOVING:
                registration.state = State.CLOSING;
                break;
            case CLOSING:
            case CLOSED:
                break;
            default:
                throw new AssertionError(registration);
        }
        if (registration instanceof StreamRegistration) {
            ((StreamRegistration) registration).ended();
        }
        removeIfOver(registration);
        registration.handle.unregistered();
    }

    /** A closed registration's slot is free when no request is left that names it. */
    void removeIfOver(PollRegistration registration) {
        if (registration.slot != PollRegistration.NO_SLOT && !isEnding(registration)) {
            revoker.revokeAll(registration);
            table.remove(registration);
        }
    }

    /** See {@link Poller#revert}. */
    boolean revert(PollRegistration registration, String reason) {
        withdraw(registration, State.REMOVING);
        if (registration.state == State.IDLE) {
            reverter.revert(registration, reason);
            poller.changed(registration);
        }
        return registration.state == State.REVERTED;
    }

    /** See {@link StreamRegistration#stopReceiving()}. */
    void stopReceiving(StreamRegistration registration) {
        if (registration.reception.isInKernel()) {
            awaitEnd(registration);
        }
        receiver.handOver(registration);
        poller.changed(registration);
    }

    /** @param removing what an armed registration is while its poll ends */
    private void withdraw(PollRegistration registration, State removing) {
        revoker.revokePoll(registration);
        if (registration.state == State.ARMED && reserve()) {
            // The reservation may have collected the poll's end.
            if (registration.state == State.ARMED) {
                poller.watcher().remove(registration, removing);
            }
        }
        if (registration.state == State.REMOVING) {
            registration.state = removing;
        }
        awaitEnd(registration);
        if (registration instanceof StreamRegistration) {
            receiver.handOver((StreamRegistration) registration);
        }
    }

    /** Waits until nothing is left of what is being cancelled, or received. */
    void awaitEnd(PollRegistration registration) {
        revoker.revokeReceive(registration);
        // One enter runs 20 work items, and others may be ahead of this one.
        for (int idle = 0; isEnding(registration) && idle < MAX_IDLE_ENTERS && poller.ringFailure() == null;) {
            cancelReceive(registration);
            int count = enter(idle >= MAX_IDLE_ENTERS / 2);
            // That the receive was not found is no news: its last completion may be lost.
            idle = count > (isArmed(registration) ? 1 : 0) ? 0 : idle + 1;
        }
        if (isEnding(registration) && poller.ringFailure() == null) {
            // No kernel was seen to do this. The file is let go when the completion comes, or with the ring.
            metrics.removalsUnconfirmed.increment();
            logger.warn("The kernel has not confirmed the removal of a request: {}", registration);
        }
    }

    private static boolean isArmed(PollRegistration registration) {
        return registration instanceof StreamRegistration
                && ((StreamRegistration) registration).reception.isArmed();
    }

    private void cancelReceive(PollRegistration registration) {
        // Again where the kernel had the receive in its hands when it was asked first.
        if (isArmed(registration) && reserve() && isArmed(registration)) {
            receiver.cancel((StreamRegistration) registration);
        }
    }

    private int enter(boolean waiting) {
        Ring ring = poller.ring();
        revoker.revokeClosed();
        try {
            return waiting ? ring.submitAndWait(CANCEL_WAIT_NANOS) : ring.submitAndRunTaskWork();
        } catch (RingException e) {
            poller.ringFailed(e);
            return 0;
        }
    }

    /** Makes sure that there is a slot in the submission queue. */
    private boolean reserve() {
        if (poller.ring() == null || poller.ringFailure() != null) {
            return false;
        }
        try {
            revoker.revokeClosed();
            poller.ring().submissionQueue().reserve(1);
            return true;
        } catch (Exception e) {
            poller.ringFailed(e);
            return false;
        }
    }
}
