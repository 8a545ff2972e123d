/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.epoll.EpollIoHandle;
import io.pollring.ring.UserData;

import java.util.ArrayList;
import java.util.List;

/**
 * The slots that completions name. A slot's generation goes up each time a poll is armed for it and never starts over,
 * so a completion of an earlier poll, of this registration or of one that had the slot before, finds nothing.
 */
final class RegistrationTable {
    private final LoopMemory memory;
    private PollRegistration[] slots = new PollRegistration[64];
    private int[] generations = new int[64];
    private int[] free = new int[64];
    private int freeCount;
    private int used;
    private int size;

    RegistrationTable(LoopMemory memory) {
        this.memory = memory;
    }

    /**
     * Gives {@code registration} a slot.
     *
     * @throws OutOfMemoryError if there is no memory for another; nothing has changed then
     */
    void add(PollRegistration registration) {
        if (freeCount == 0 && size < used) {
            lookForFree();
        }
        int slot;
        if (freeCount > 0) {
            slot = free[--freeCount];
        } else {
            if (used > UserData.MAX_SLOT) {
                throw new IllegalStateException("more than " + used + " registrations on one loop");
            }
            if (used == slots.length) {
                grow();
            }
            slot = used++;
        }
        slots[slot] = registration;
        registration.slot = slot;
        size++;
    }

    /** By half only: what is not used yet costs as much as what is. */
    private void grow() {
        int length = used + (used >>> 1);
        PollRegistration[] moreSlots = memory.copyOf(slots, length);
        generations = memory.copyOf(generations, length);
        slots = moreSlots;
    }

    /** Slots were freed when there was no memory to take note of them. */
    private void lookForFree() {
        for (int slot = used - 1; slot >= 0 && freeCount < free.length; slot--) {
            if (slots[slot] == null) {
                free[freeCount++] = slot;
            }
        }
    }

    /** Frees the slot of {@code registration}: no completion for it is due any more. */
    void remove(PollRegistration registration) {
        int slot = registration.slot;
        assert slots[slot] == registration;
        slots[slot] = null;
        registration.slot = PollRegistration.NO_SLOT;
        size--;
        if (freeCount < free.length || growFree()) {
            free[freeCount++] = slot;
        }
    }

    private boolean growFree() {
        try {
            free = memory.copyOf(free, freeCount * 2);
            return true;
        } catch (OutOfMemoryError e) {
            // It is found when it is needed.
            return false;
        }
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
            if (stream.reception.isInKernel() && stream.receptionGeneration == generation) {
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

    /** The live registration of {@code handle}, or {@code null}. */
    PollRegistration find(EpollIoHandle handle) {
        for (int slot = 0; slot < used; slot++) {
            PollRegistration registration = slots[slot];
            if (registration != null && registration.handle == handle && registration.isValid()) {
                return registration;
            }
        }
        return null;
    }

    /**
     * A copy of what is registered now: handlers close registrations while it is walked. Other threads than the loop's
     * may miss what has come, and meet what has gone.
     */
    List<PollRegistration> snapshot() {
        List<PollRegistration> copy = new ArrayList<>(size);
        for (PollRegistration registration : slots) {
            // Each slot is read once: the loop may empty it, or have another array, meanwhile.
            if (registration != null && registration.isValid()) {
                copy.add(registration);
            }
        }
        return copy;
    }
}
