/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.Abi;
import io.pollring.ring.Errno;
import io.pollring.ring.Ring;
import io.pollring.ring.RingFeature;
import io.pollring.ring.UserData;

/**
 * Has the ring watch handles: one poll for each, which is updated when its registration desires something else.
 *
 * <p>Belongs to the loop's thread.
 */
final class RingPolls {
    /** The bits of a poll mask that the kernel takes. The rest are epoll's flags. */
    private static final int POLL_MASK = 0xFFFF;

    private final CurrentRing current;
    private final RegistrationTable table;
    private final WorkQueues queues;
    private final LoopMetrics metrics;

    private boolean currentEvents;

    RingPolls(CurrentRing current, RegistrationTable table, WorkQueues queues, LoopMetrics metrics) {
        this.current = current;
        this.table = table;
        this.queues = queues;
        this.metrics = metrics;
    }

    /** The current ring is another one, which knows of no poll yet. */
    void ringChanged() {
        Ring ring = current.get();
        // Kernels before this feature may report what woke the poll, not what the file has when the work is run.
        currentEvents = ring != null && ring.has(RingFeature.DEFER_TASKRUN);
    }

    /** Brings what {@code registration} desires to the kernel. Needs a slot in the submission queue. */
    void reify(PollRegistration registration) {
        if (registration.state == PollState.IDLE) {
            arm(registration);
        } else if (registration.polled() == 0) {
            remove(registration);
        } else {
            update(registration);
        }
    }

    private void arm(PollRegistration registration) {
        table.nextGeneration(registration.slot);
        boolean once = registration.isOnceOnly();
        current.queue().pollAdd(registration.fd(), registration.polled() & POLL_MASK, !once,
                userData(RequestKind.POLL, registration));
        registration.state = registration.state.armed(once);
        registration.armed(registration.polled());
        metrics.pollsArmed.increment();
    }

    private void update(PollRegistration registration) {
        int kind = registration.polled() == registration.armed ? RequestKind.POLL_RECHECK : RequestKind.POLL_UPDATE;
        current.queue().pollUpdate(userData(RequestKind.POLL, registration), registration.polled() & POLL_MASK,
                userData(kind, registration));
        registration.armed(registration.polled());
        metrics.pollUpdates.increment();
    }

    /** Needs a slot in the submission queue. */
    void remove(PollRegistration registration) {
        current.queue().cancel(userData(RequestKind.POLL, registration), userData(RequestKind.POLL_CANCEL, registration));
        registration.state = registration.state.removing();
        metrics.pollRemoves.increment();
    }

    private long userData(int kind, PollRegistration registration) {
        return UserData.encode(kind, registration.slot, table.generation(registration.slot));
    }

    /** A request of {@code kind} has told something; {@code registration} is {@code null} if its poll's time is over. */
    void completed(int kind, PollRegistration registration, int result, int flags) {
        if (kind == RequestKind.POLL) {
            if (registration == null || !registration.state.isArmed() && !registration.state.isEnding()) {
                // Of a poll that is over. No kernel was seen to end one twice, but none shall break a loop by it.
                metrics.stale.increment();
            } else {
                polled(registration, result, (flags & Abi.CQE_F_MORE) != 0);
            }
        } else if (result < 0 && registration != null && registration.state.isArmed()) {
            if (kind == RequestKind.POLL_UPDATE) {
                updateFailed(registration, result);
            } else if (kind == RequestKind.POLL_RECHECK && !currentEvents && result == -Errno.EALREADY) {
                registration.recheckAll();
                queues.changed(registration);
            }
        }
        // A cancellation's own result tells nothing: success, or ENOENT and EALREADY because the poll has fired; either
        // way the poll's last completion follows. Nor does a recheck's EALREADY where the event that is on its way will
        // tell all that the file has then.
    }

    private void polled(PollRegistration registration, int result, boolean more) {
        if (result >= 0) {
            registration.ready |= registration.told(result);
        }
        if (more) {
            registration.retries = 0;
        } else {
            ended(registration, result);
        }
        if (!registration.state.isClosed() && (registration.ready | registration.failure) != 0) {
            queues.ready().add(registration);
        }
    }

    /** The poll is gone from the kernel. */
    private void ended(PollRegistration registration, int result) {
        PollState before = registration.state;
        registration.state = before.ended();
        registration.armed = 0;
        if (before.isArmed()) {
            if (result < 0) {
                registration.failure = (short) -result;
            } else if (before == PollState.ARMED_ONCE) {
                registration.retries = 0;
            } else if (!current.get().isOverflowing() && registration.retriedTooOften()) {
                // A file without a wait queue, such as a regular one, is always ready and never waits. epoll knows what
                // to say of it.
                registration.failure = Errno.EOPNOTSUPP;
            }
        }
        queues.changed(registration);
    }

    private void updateFailed(PollRegistration registration, int result) {
        if (result == -Errno.ENOENT) {
            // The poll has ended. Its last completion is here already, or follows.
            return;
        }
        // EALREADY: an event of the old mask is on its way and the mask is unchanged. Ask again once it is collected.
        registration.recheckAll();
        registration.armed = 0;
        queues.changed(registration);
    }
}
