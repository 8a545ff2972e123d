/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.Abi;

/**
 * Who has something to be done for: interest that the kernel has to hear of, and events that a handle has to hear of.
 * The parts of a loop tell each other by putting a registration into one of these.
 *
 * <p>Belongs to the loop's thread.
 */
final class WorkQueues {
    /** In how many turns of a loop that does not sleep data may wait that hardly anybody leaves behind. */
    private static final int MAX_BUSY_TURNS = 16;

    private final RegistrationTable table;
    private final RegistrationQueue dirty;
    private final RegistrationQueue ready;
    private final RegistrationQueue postponed;
    /** Since those who were {@link #postponed} were last rechecked. */
    private int busyTurns;
    /** Whose handle is being given its events. */
    private PollRegistration current;

    WorkQueues(RegistrationTable table, LoopMemory memory) {
        this.table = table;
        dirty = new RegistrationQueue(PollRegistration.MEMBER_OF_DIRTY, table, memory);
        ready = new RegistrationQueue(PollRegistration.MEMBER_OF_READY, table, memory);
        postponed = new RegistrationQueue(PollRegistration.MEMBER_OF_POSTPONED, table, memory);
    }

    /** Those whose interest has to be brought to the kernel. */
    RegistrationQueue dirty() {
        return dirty;
    }

    /** Those with events, or a failure, to be told. */
    RegistrationQueue ready() {
        return ready;
    }

    /** What {@code registration} desires, or knows, may differ from what the kernel was told. */
    void changed(PollRegistration registration) {
        if (registration.isDirty()) {
            dirty.add(registration);
        }
        // While its handle is being given events it may still take what there is.
        if (registration.isDeliverable() && registration != current) {
            registration.ready |= Abi.POLLIN;
            ready.add(registration);
        }
    }

    /** The handle may have left data behind, though hardly. An event that comes first makes it read that, too. */
    void postpone(PollRegistration registration) {
        postponed.add(registration);
    }

    /** Whether the loop must not sleep. */
    boolean hasPostponed() {
        return postponed.size() > 0;
    }

    /**
     * Once a turn in which there are some: the kernel has to look for what handles may have left behind, if the loop is about
     * to sleep, or has not been for a while.
     *
     * @param busy whether something else is there to be collected
     */
    void settlePostponed(boolean busy) {
        if (busy && ++busyTurns < MAX_BUSY_TURNS) {
            return;
        }
        busyTurns = 0;
        for (int n = postponed.size(); n > 0; n--) {
            PollRegistration registration = postponed.take();
            registration.recheckData();
            changed(registration);
        }
    }

    /** What may be received for streams has changed. */
    void receptionChanged() {
        for (int slot = 0; slot < table.slots(); slot++) {
            PollRegistration registration = table.at(slot);
            if (registration != null && registration.isReceiving()) {
                changed(registration);
            }
        }
    }

    /** Whoever reads this may be another thread: the elements are not looked at. */
    @Override
    public String toString() {
        return "dirty: " + dirty.elements() + ", ready: " + ready.elements() + ", postponed: " + postponed.elements();
    }

    void beginDelivery(PollRegistration registration) {
        current = registration;
    }

    void endDelivery() {
        current = null;
    }
}
