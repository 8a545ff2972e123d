/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.ring.Ring;
import io.pollring.ring.RingException;

/**
 * Takes what a registration has in the kernel back, and waits until the kernel has let go of the file: when the user
 * cancels it, when epoll is to watch it, and when its handle wants to read by itself.
 *
 * <p>Belongs to the loop's thread.
 */
final class Cancellation {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(Cancellation.class);
    /** How often a cancellation may bring no completion at all before its slot is left to the next turns. */
    private static final int MAX_IDLE_ENTERS = 8;
    private static final long CANCEL_WAIT_NANOS = 1_000_000;

    private final CurrentRing current;
    private final RegistrationTable table;
    private final WorkQueues queues;
    private final RingPolls ringPolls;
    private final EpollPolls epollPolls;
    private final Receiver receiver;
    private final SendBatch sends;
    private final Revoker revoker;
    private final Offenders offenders;
    private final HandleAdapter adapter;
    private final LoopMetrics metrics;

    Cancellation(CurrentRing current, RegistrationTable table, WorkQueues queues, RingPolls ringPolls, EpollPolls epollPolls,
               Receiver receiver, SendBatch sends, Revoker revoker, Offenders offenders, HandleAdapter adapter,
               LoopMetrics metrics) {
        this.current = current;
        this.table = table;
        this.queues = queues;
        this.ringPolls = ringPolls;
        this.epollPolls = epollPolls;
        this.receiver = receiver;
        this.sends = sends;
        this.revoker = revoker;
        this.offenders = offenders;
        this.adapter = adapter;
        this.metrics = metrics;
    }

    /**
     * Ends a registration that its user has cancelled. An armed request holds the file: the peer would see neither FIN
     * nor RST, and a port would stay bound, after {@code close(2)}. So the last completions are awaited here.
     */
    void close(PollRegistration registration) {
        offenders.forget(registration);
        try {
            adapter.unregistered(registration.handle);
        } catch (Throwable t) {
            Trouble.warn(logger, "Could not tell that {} ends", registration, t);
        }
        registration.ready = 0;
        registration.failure = 0;
        if (registration instanceof StreamRegistration) {
            // Nothing of it, unless its handle has forgotten to.
            settleSend((StreamRegistration) registration);
        }
        cancelAll(registration, true);
        if (registration.isReceiving() && (current.hasLost() || current.failure() == null)) {
            // With its last completion, it seems; or it may take some at any time, beside what the handle reads next. The
            // handle may go on without this registration, but with no hole.
            ((StreamRegistration) registration).lost();
        }
        registration.ready = 0;
        registration.failure = 0;
        if (registration.state == PollState.REVERTED) {
            epollPolls.unwatch(registration);
        }
        registration.state = registration.state.closing();
        if (registration instanceof StreamRegistration) {
            ((StreamRegistration) registration).ended();
        }
        removeIfOver(registration);
        registration.handle.unregistered();
    }

    /** A closed registration's slot is free when no request is left that names it. */
    void removeIfOver(PollRegistration registration) {
        if (registration.slot != PollRegistration.NO_SLOT && !registration.isEnding()) {
            revoker.revokeAll(registration);
            table.remove(registration);
        }
    }

    /** See {@link Poller#revert}. */
    boolean revert(PollRegistration registration, String reason) {
        cancelAll(registration, false);
        if (registration.state == PollState.IDLE) {
            epollPolls.revert(registration, reason);
            queues.changed(registration);
        }
        return registration.state == PollState.REVERTED;
    }

    /** See {@link StreamRegistration#stopReceiving()}. */
    void stopReceiving(StreamRegistration registration) {
        if (registration.isReceiving()) {
            awaitEnd(registration);
        }
        receiver.handOver(registration);
        queues.changed(registration);
    }

    private void cancelAll(PollRegistration registration, boolean closing) {
        revoker.revokePoll(registration);
        // The reservation may have collected the poll's end.
        if (registration.state.isArmed() && reserve() && registration.state.isArmed()) {
            ringPolls.remove(registration);
        }
        if (closing && registration.state == PollState.REMOVING) {
            registration.state = registration.state.closing();
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
        for (int idle = 0; registration.isEnding() && idle < MAX_IDLE_ENTERS && current.failure() == null;) {
            cancelReceive(registration);
            int count = enter(idle >= MAX_IDLE_ENTERS / 2);
            // That the receive was not found is no news: its last completion may be lost.
            idle = count > (isArmed(registration) ? 1 : 0) ? 0 : idle + 1;
        }
        if (registration.isEnding() && current.failure() == null) {
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

    /** Has what a handle has prepared submitted, and tells it out of turn: it is about to be closed. */
    void settleSend(StreamRegistration registration) {
        int send = sends.find(registration);
        if (send < 0) {
            return;
        }
        if (sends.isUnderWay(send)) {
            submit();
        }
        if (sends.isUnderWay(send)) {
            sends.revoke(send);
        }
        if (current.hasLost()) {
            sends.completionsWereLost();
        }
        sends.tell(send);
    }

    private void submit() {
        revoker.revokeClosed();
        try {
            current.get().submitNow();
        } catch (RingException e) {
            current.failed(e);
            // What it has consumed before it failed it has answered.
            current.get().collectLast();
        }
    }

    private int enter(boolean waiting) {
        Ring ring = current.get();
        revoker.revokeClosed();
        try {
            return waiting ? ring.submitAndWait(CANCEL_WAIT_NANOS) : ring.submitAndRunTaskWork();
        } catch (RingException e) {
            current.failed(e);
            return 0;
        }
    }

    /** Makes sure that there is a slot in the submission queue. */
    private boolean reserve() {
        if (!current.isUsable()) {
            return false;
        }
        try {
            revoker.revokeClosed();
            current.queue().reserve(1);
            return true;
        } catch (Exception e) {
            current.failed(e);
            return false;
        }
    }
}
