/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.UserData;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The slots that completions name. A slot's generation goes up each time a poll is armed for it and never starts over,
 * so a completion of an earlier poll, of this registration or of one that had the slot before, finds nothing.
 */
final class RegistrationTable {
    private PollRegistration[] slots = new PollRegistration[64];
    private int[] generations = new int[64];
    private int[] free = new int[64];
    private int freeCount;
    private int used;
    private int size;

    /** Gives {@code registration} a slot. */
    void add(PollRegistration registration) {
        int slot;
        if (freeCount > 0) {
            slot = free[--freeCount];
        } else {
            if (used > UserData.MAX_SLOT) {
                throw new IllegalStateException("more than " + used + " registrations on one loop");
            }
            slot = used++;
            if (slot == slots.length) {
                // By half only: what is not used yet costs as much as what is.
                int length = slot + (slot >>> 1);
                slots = Arrays.copyOf(slots, length);
                generations = Arrays.copyOf(generations, length);
            }
        }
        slots[slot] = registration;
        registration.slot = slot;
        size++;
    }

    /** Frees the slot of {@code registration}: no completion for it is due any more. */
    void remove(PollRegistration registration) {
        int slot = registration.slot;
        assert slots[slot] == registration;
        slots[slot] = null;
        registration.slot = PollRegistration.NO_SLOT;
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, freeCount * 2);
        }
        free[freeCount++] = slot;
        size--;
    }

    /** The generation for the next poll in {@code slot}. */
    int nextGeneration(int slot) {
        return ++generations[slot];
    }

    /** The generation of the last poll in {@code slot}. */
    int generation(int slot) {
        return generations[slot];
    }

    /** The registration that a completion is meant for, or {@code null} if that poll's time is over. */
    PollRegistration get(int slot, int generation) {
        if (slot >= used || generations[slot] != generation) {
            return null;
        }
        return slots[slot];
    }

    /** The registration that a receive's completion is meant for, or {@code null} if that receive's time is over. */
    StreamRegistration receiving(int slot, int generation) {
        PollRegistration registration = slot < used ? slots[slot] : null;
        if (registration instanceof StreamRegistration) {
            StreamRegistration stream = (StreamRegistration) registration;
            if (stream.reception != StreamRegistration.Reception.OFF && stream.receptionGeneration == generation) {
                return stream;
            }
        }
        return null;
    }

    /** The number of slots in use. */
    int size() {
        return size;
    }

    /** How many slots there are, used or not. */
    int slots() {
        return used;
    }

    /** What is in {@code slot}, or {@code null}. */
    PollRegistration at(int slot) {
        return slots[slot];
    }

    /**
     * A copy of what is in the table: handlers close registrations while it is walked. Other threads than the loop's
     * may miss what has come, and meet what has gone.
     */
    List<PollRegistration> snapshot() {
        List<PollRegistration> copy = new ArrayList<>(size);
        for (PollRegistration registration : slots) {
            // Each slot is read once: the loop may empty it, or have another array, meanwhile.
            if (registration != null) {
                copy.add(registration);
            }
        }
        return copy;
    }
}
