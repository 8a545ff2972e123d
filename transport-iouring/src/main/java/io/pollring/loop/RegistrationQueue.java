/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

/**
 * A queue in which a registration stands at most once. Nobody is lost where there is no memory to make it longer: those
 * for whom there is no room have their mark, and are looked for in the table when all others have been taken.
 */
final class RegistrationQueue {
    private final int membershipBit;
    private final RegistrationTable table;
    private final LoopMemory memory;
    private PollRegistration[] elements = new PollRegistration[64];
    private int head;
    private int size;
    /** Whether some of the table have the mark and are not among the elements. */
    private boolean hasMore;

    /**
     * @param membershipBit the bit in {@link PollRegistration#memberships} that tells who is in this queue
     * @param table         of those who may be in it
     */
    RegistrationQueue(int membershipBit, RegistrationTable table, LoopMemory memory) {
        this.membershipBit = membershipBit;
        this.table = table;
        this.memory = memory;
    }

    /** Never throws. */
    void add(PollRegistration registration) {
        if ((registration.memberships & membershipBit) != 0) {
            return;
        }
        registration.memberships |= membershipBit;
        if (size == elements.length && !grow()) {
            hasMore = true;
            return;
        }
        append(registration);
    }

    private void append(PollRegistration registration) {
        elements[head + size & elements.length - 1] = registration;
        size++;
    }

    /** The first in the queue; {@link #size()} has said that there is one. */
    PollRegistration take() {
        PollRegistration registration = elements[head];
        elements[head] = null;
        head = head + 1 & elements.length - 1;
        size--;
        registration.memberships &= ~membershipBit;
        return registration;
    }

    /** How many are among the elements; with little memory there may be more. */
    int elements() {
        return size;
    }

    /** How many can be taken now; 0 only if nobody is in it. */
    int size() {
        if (size == 0 && hasMore) {
            lookForMore();
        }
        return size;
    }

    /** None of those with the mark is among the elements now. */
    private void lookForMore() {
        hasMore = false;
        for (int slot = 0; slot < table.slots() && !hasMore; slot++) {
            PollRegistration registration = table.at(slot);
            if (registration != null && (registration.memberships & membershipBit) != 0) {
                hasMore = size == elements.length;
                if (!hasMore) {
                    append(registration);
                }
            }
        }
    }

    /** @return whether there is memory for it */
    private boolean grow() {
        int length = elements.length;
        try {
            elements = memory.copyOf(elements, 2 * length);
        } catch (OutOfMemoryError e) {
            return false;
        }
        // What was behind the end comes behind what was before it.
        System.arraycopy(elements, 0, elements, length, head);
        for (int i = 0; i < head; i++) {
            elements[i] = null;
        }
        return true;
    }
}
