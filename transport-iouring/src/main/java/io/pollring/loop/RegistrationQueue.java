/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

/** A queue in which a registration stands at most once. */
final class RegistrationQueue {
    private final int membershipBit;
    private PollRegistration[] elements = new PollRegistration[64];
    private int head;
    private int size;

    /** @param membershipBit the bit in {@link PollRegistration#memberships} that tells who is in this queue */
    RegistrationQueue(int membershipBit) {
        this.membershipBit = membershipBit;
    }

    void add(PollRegistration registration) {
        if ((registration.memberships & membershipBit) != 0) {
            return;
        }
        registration.memberships |= membershipBit;
        if (size == elements.length) {
            grow();
        }
        elements[head + size & elements.length - 1] = registration;
        size++;
    }

    /** The first in the queue, which must not be empty. */
    PollRegistration take() {
        PollRegistration registration = elements[head];
        elements[head] = null;
        head = head + 1 & elements.length - 1;
        size--;
        registration.memberships &= ~membershipBit;
        return registration;
    }

    int size() {
        return size;
    }

    private void grow() {
        PollRegistration[] larger = new PollRegistration[elements.length * 2];
        for (int i = 0; i < size; i++) {
            larger[i] = elements[head + i & elements.length - 1];
        }
        elements = larger;
        head = 0;
    }
}
