/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.loop.PollRegistration.State;
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
final class RingWatcher {
    /** The user data of its requests is marked with kinds up to this one, which are greater than 0. */
    static final int LAST_KIND = 4;
    static final int KIND_POLL = 1;
    private static final int KIND_UPDATE = 2;
    private static final int KIND_CANCEL = 3;
    /** An update that changes no event: it only makes the kernel look anew. */
    private static final int KIND_RECHECK = 4;
    /** The bits of a poll mask that the kernel takes. The rest are epoll's flags. */
    private static final int POLL_MASK = 0xFFFF;

    private final Poller poller;
    private final RegistrationTable table;
    private final Receiver receiver;
    private final Withdrawal withdrawal;
    private final LoopMetrics metrics;
    private final boolean refusePolls;

    private Ring ring;
    private boolean currentEvents;

    /** @param refusePolls whether the kernel shall be made to refuse every poll */
    RingWatcher(Poller poller, RegistrationTable table, Receiver receiver, Withdrawal withdrawal, LoopMetrics metrics,
                boolean refusePolls) {
        this.poller = poller;
        this.table = table;
        this.receiver = receiver;
        this.withdrawal = withdrawal;
        this.metrics = metrics;
        this.refusePolls = refusePolls;
    }

    /** From now on polls go to {@code ring}, which knows of none yet; {@code null} for none. */
    void useRing(Ring ring) {
        this.ring = ring;
        // Kernels before this feature may report what woke the poll, not what the file has when the work is run.
        currentEvents = ring != null && ring.has(RingFeature.DEFER_TASKRUN);
    }

    /** Brings what {@code registration} desires to the kernel. Needs a slot in the submission queue. */
    void reify(PollRegistration registration) {
        if (registration.state == State.IDLE) {
            arm(registration);
        } else if (registration.polled() == 0) {
            remove(registration, State.REMOVING);
        } else {
            update(registration);
        }
    }

    private void arm(PollRegistration registration) {
        table.nextGeneration(registration.slot);
        registration.oneShot = registration.isOnceOnly();
        ring.submissionQueue().pollAdd(registration.fd(), registration.polled() & POLL_MASK, !registration.oneShot,
                refusePolls, userData(KIND_POLL, registration));
        registration.state = State.ARMED;
        registration.armed(registration.polled());
        metrics.pollsArmed.increment();
    }

    private void update(PollRegistration registration) {
        int kind = registration.polled() == registration.armed ? KIND_RECHECK : KIND_UPDATE;
        ring.submissionQueue().pollUpdate(userData(KIND_POLL, registration), registration.polled() & POLL_MASK,
                userData(kind, registration));
        registration.armed(registration.polled());
        metrics.pollUpdates.increment();
    }

    /** Needs a slot in the submission queue. */
    void remove(PollRegistration registration, State next) {
        ring.submissionQueue().cancel(userData(KIND_POLL, registration), userData(KIND_CANCEL, registration));
        registration.state = next;
        metrics.pollRemoves.increment();
    }

    private long userData(int kind, PollRegistration registration) {
        return UserData.encode(kind, registration.slot, table.generation(registration.slot));
    }

    /** A request that is marked with {@code kind} has told something. */
    void completed(int kind, long userData, int result, int flags) {
        PollRegistration registration = table.get(UserData.slot(userData), UserData.generation(userData));
        if (kind == KIND_POLL) {
            if (registration == null || registration.state == State.IDLE || registration.state == State.REVERTED
                    || registration.state == State.CLOSED) {
                // Of a poll that is over. No kernel was seen to end one twice, but none shall break a loop by it.
                metrics.stale.increment();
            } else {
                polled(registration, result, (flags & Abi.CQE_F_MORE) != 0);
            }
        } else if (result < 0 && registration != null && registration.state == State.ARMED) {
            if (kind == KIND_UPDATE) {
                updateFailed(registration, result);
            } else if (kind == KIND_RECHECK && !currentEvents && result == -Errno.EALREADY) {
                registration.unsettle();
                poller.changed(registration);
            }
        }
        // A cancellation's own result tells nothing: success, or ENOENT and EALREADY because the poll has fired; either
        // way the poll's last completion follows. Nor does a recheck's EALREADY where the event that is on its way will
        // tell all that the file has then.
    }

    private void polled(PollRegistration registration, int result, boolean more) {
        if (result >= 0) {
            registration.ready |= Withdrawal.isReceiving(registration)
                    ? receiver.filter((StreamRegistration) registration, result) : result;
        }
        if (more) {
            registration.strikes = 0;
        } else {
            ended(registration, result);
        }
        if (!Withdrawal.isClosed(registration) && (registration.ready | registration.failure) != 0) {
            poller.delivery().add(registration);
        }
    }

    /** The poll is gone from the kernel. */
    private void ended(PollRegistration registration, int result) {
        registration.armed = 0;
        switch (registration.state) {
            case ARMED:
                registration.state = State.IDLE;
                if (result < 0) {
                    registration.failure = (short) -result;
                } else if (registration.oneShot) {
                    registration.strikes = 0;
                } else if (!ring.isOverflowing() && registration.strike()) {
                    // A file without a wait queue, such as a regular one, is always ready and never waits. epoll knows
                    // what to say of it.
                    registration.failure = Errno.EOPNOTSUPP;
                }
                poller.changed(registration);
                break;
            case REMOVING:
                registration.state = State.IDLE;
                poller.changed(registration);
                break;
            case CLOSING:
                registration.state = State.CLOSED;
                withdrawal.removeIfOver(registration);
                break;
            default:
                throw new AssertionError(registration);
        }
    }

    private void updateFailed(PollRegistration registration, int result) {
        if (result == -Errno.ENOENT) {
            // The poll has ended. Its last completion is here already, or follows.
            return;
        }
        // EALREADY: an event of the old mask is on its way and the mask is unchanged. Ask again once it is collected.
        registration.unsettle();
        registration.armed = 0;
        poller.changed(registration);
    }
}
