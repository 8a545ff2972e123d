/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.unix.FileDescriptor;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Slots and generations, and the queue of registrations, against collections of the JDK. */
class RegistrationTableTest {

    private static PollRegistration registration() {
        return new PollRegistration(null, new EpollIoHandle() {
            private final FileDescriptor fd = new FileDescriptor(0);

            @Override
            public FileDescriptor fd() {
                return fd;
            }

            @Override
            public void handle(IoRegistration registration, IoEvent event) {
                throw new IllegalStateException("nothing was armed: " + event);
            }

            @Override
            public void close() {
                // The fd is the process's.
            }
        });
    }

    /** An even step adds a registration, an odd one removes one; every step arms what it can. */
    @Property(tries = 300)
    void aGenerationIsNeverGivenOutTwice(@ForAll @Size(max = 300) List<@IntRange(max = 1000) Integer> steps) {
        RegistrationTable table = new RegistrationTable(new LoopMemory());
        List<PollRegistration> live = new ArrayList<>();
        Map<Integer, Integer> generations = new HashMap<>();
        Set<Long> armed = new HashSet<>();
        for (int step : steps) {
            if (step % 2 == 0 || live.isEmpty()) {
                PollRegistration registration = registration();
                table.add(registration);
                for (PollRegistration other : live) {
                    assertFalse(other.slot == registration.slot);
                }
                live.add(registration);
            } else {
                PollRegistration gone = live.remove(step % live.size());
                int slot = gone.slot;
                table.remove(gone);
                assertEquals(PollRegistration.NO_SLOT, gone.slot);
                assertNull(table.get(slot, generations.getOrDefault(slot, 0)));
            }
            for (PollRegistration registration : live) {
                int generation = table.nextGeneration(registration.slot);
                assertTrue(armed.add((long) registration.slot << 32 | generation));
                generations.put(registration.slot, generation);
                assertSame(registration, table.get(registration.slot, generation));
                assertNull(table.get(registration.slot, generation - 1));
                assertNull(table.get(registration.slot, generation + 1));
            }
            assertEquals(live.size(), table.size());
        }
        assertEquals(new HashSet<>(live), new HashSet<>(table.snapshot()));
    }

    @Test
    void otherThreadsMayLookWhileItChanges() throws Exception {
        AtomicReference<RegistrationTable> current = new AtomicReference<>(new RegistrationTable(new LoopMemory()));
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicBoolean over = new AtomicBoolean();
        Thread other = new Thread(() -> {
            try {
                while (!over.get()) {
                    for (PollRegistration registration : current.get().snapshot()) {
                        assertTrue(registration.isValid());
                    }
                }
            } catch (Throwable t) {
                failure.set(t);
            }
        });
        other.start();
        for (int round = 0; round < 300; round++) {
            RegistrationTable table = new RegistrationTable(new LoopMemory());
            current.set(table);
            List<PollRegistration> registrations = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                PollRegistration registration = registration();
                table.add(registration);
                registrations.add(registration);
            }
            registrations.forEach(table::remove);
        }
        over.set(true);
        other.join();
        assertNull(failure.get());
    }

    @Property(tries = 200)
    void theQueueIsInOrderAndHasEachOnce(@ForAll @Size(max = 400) List<@IntRange(max = 200) Integer> steps) {
        LoopMemory memory = new LoopMemory();
        RegistrationTable table = new RegistrationTable(memory);
        RegistrationQueue queue = new RegistrationQueue(PollRegistration.MEMBER_OF_DIRTY, table, memory);
        RegistrationQueue other = new RegistrationQueue(PollRegistration.MEMBER_OF_READY, table, memory);
        List<PollRegistration> all = new ArrayList<>();
        for (int i = 0; i <= 200; i++) {
            all.add(registration());
        }
        List<PollRegistration> expected = new ArrayList<>();
        for (int step : steps) {
            PollRegistration registration = all.get(step);
            queue.add(registration);
            other.add(registration);
            if (!expected.contains(registration)) {
                expected.add(registration);
            }
            if (step % 5 == 0) {
                assertSame(expected.remove(0), queue.take());
            }
            assertEquals(expected.size(), queue.size());
        }
        while (!expected.isEmpty()) {
            assertSame(expected.remove(0), queue.take());
        }
        assertEquals(new HashSet<>(steps).size(), other.size());
    }
}
