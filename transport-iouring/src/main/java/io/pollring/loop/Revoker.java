/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.SubmissionQueue;
import io.pollring.ring.UserData;

/**
 * Takes back what stands in the submission queue and the kernel has not consumed, as when it had no memory for a
 * request. Such a request names a number, and holds no file: by the time the kernel reads it the number may be another's.
 * Nothing is to be awaited of what was taken back.
 *
 * <p>Nearly always there is nothing: the queue is empty after each enter.
 *
 * <p>Belongs to the loop's thread.
 */
final class Revoker {
    private final CurrentRing current;
    private final RegistrationTable table;
    private final WorkQueues queues;
    private final SendBatch sends;

    Revoker(CurrentRing current, RegistrationTable table, WorkQueues queues, SendBatch sends) {
        this.current = current;
        this.table = table;
        this.queues = queues;
        this.sends = sends;
    }

    private static boolean isPending(SubmissionQueue queue) {
        return queue != null && queue.pending() > 0;
    }

    /** Takes the poll of {@code registration} back, if the kernel does not know of it yet. */
    void revokePoll(PollRegistration registration) {
        SubmissionQueue queue = current.queue();
        if (isPending(queue) && isPolled(registration) && revoke(queue, UserData.encode(RequestKind.POLL,
                registration.slot, table.generation(registration.slot)))) {
            pollRevoked(registration);
        }
    }

    /** Takes the receive of {@code registration} back, if the kernel does not know of it yet. */
    void revokeReceive(PollRegistration registration) {
        SubmissionQueue queue = current.queue();
        if (isPending(queue) && registration.isReceiving()) {
            StreamRegistration stream = (StreamRegistration) registration;
            if (revoke(queue, UserData.encode(RequestKind.RECEIVE, stream.slot, stream.receptionGeneration))) {
                receiveRevoked(stream);
            }
        }
    }

    /** Takes all back that names {@code registration}, whose slot is about to be free. */
    void revokeAll(PollRegistration registration) {
        SubmissionQueue queue = current.queue();
        if (!isPending(queue)) {
            return;
        }
        for (int position = queue.firstPending(); position != queue.position(); position++) {
            long userData = queue.userData(position);
            if (RequestKind.namesSlot(UserData.kind(userData)) && UserData.slot(userData) == registration.slot) {
                queue.revoke(position);
            }
        }
    }

    /** Takes all back that names an fd that was closed since, behind the loop's back. */
    void revokeClosed() {
        SubmissionQueue queue = current.queue();
        if (!isPending(queue)) {
            return;
        }
        for (int position = queue.firstPending(); position != queue.position(); position++) {
            long userData = queue.userData(position);
            int kind = UserData.kind(userData);
            if (kind == RequestKind.POLL) {
                PollRegistration registration = table.get(UserData.slot(userData), UserData.generation(userData));
                if (registration != null && isPolled(registration) && !registration.isOpen()) {
                    queue.revoke(position);
                    pollRevoked(registration);
                    queues.changed(registration);
                }
            } else if (kind == RequestKind.RECEIVE) {
                StreamRegistration registration =
                        table.receiving(UserData.slot(userData), UserData.generation(userData));
                if (registration != null && !registration.isOpen()) {
                    queue.revoke(position);
                    receiveRevoked(registration);
                    queues.changed(registration);
                }
            }
        }
        sends.revokeClosed();
    }

    private static boolean isPolled(PollRegistration registration) {
        return registration.state.isArmed() || registration.state.isEnding();
    }

    private static boolean revoke(SubmissionQueue queue, long userData) {
        for (int position = queue.firstPending(); position != queue.position(); position++) {
            if (queue.userData(position) == userData) {
                queue.revoke(position);
                return true;
            }
        }
        return false;
    }

    private static void pollRevoked(PollRegistration registration) {
        registration.state = registration.state.ended();
        registration.armed = 0;
    }

    private static void receiveRevoked(StreamRegistration registration) {
        registration.reception = registration.reception.off();
        // What a poll has told meanwhile of data and end was left to the receive.
        registration.recheckAll();
    }
}
