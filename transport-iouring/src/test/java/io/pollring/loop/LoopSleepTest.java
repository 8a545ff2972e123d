/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.Abi;
import io.pollring.ring.FakeFaults;
import io.pollring.ring.FakeOffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** When a loop may sleep, and when it must. */
class LoopSleepTest {
    private static final int IN = Abi.POLLIN;
    private static final int OUT = Abi.POLLOUT;

    /**
     * With a queue that is full, the removal of the first handle's poll is collected while the last one's is armed.
     * The first then needs a new poll, and the loop must not sleep before it has it.
     */
    @Test
    void doesNotSleepOnInterestThatAFullQueueLeftBehind() {
        try (FakeLoop loop = new FakeLoop(FakeOffer.everything(), 1, 16)) {
            FakeLoop.Handle first = loop.open().submit(IN);
            loop.turns(3);
            // An event that nobody wants has the poll removed, whose end takes its time.
            first.submit(0);
            first.file.fire(IN);
            loop.turn();
            first.file.clear(IN);
            int[] lateness = {2};
            loop.kernel.use(new FakeFaults() {
                @Override
                public int lateness(long userData) {
                    return lateness[0];
                }
            });
            loop.mayBlock = false;
            loop.turn();
            assertEquals(PollState.REMOVING, first.registration.state);
            lateness[0] = 0;
            loop.mayBlock = true;
            first.file.fire(OUT);
            first.submit(IN | OUT);
            List<FakeLoop.Handle> others = List.of(loop.open().submit(IN), loop.open().submit(IN));
            List<String> sleeps = new ArrayList<>();
            loop.kernel.onSleep(() -> {
                sleeps.add("asleep though the first handle is ready");
                return false;
            });
            loop.turn();
            assertEquals(List.of(), sleeps);
            assertEquals(List.of(OUT), first.told);
            others.forEach(other -> assertEquals(List.of(), other.told));
        }
    }

    /**
     * More files that stay ready than the completion queue has room for. Each multishot poll that meets a full queue
     * ends; if all are armed anew while completions are kept back, that goes on for ever.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void sleepsAfterAnOverflowThoughUnwantedEventsStay(int entries) {
        try (FakeLoop loop = new FakeLoop(FakeOffer.everything(), entries, entries)) {
            List<FakeLoop.Handle> handles = new ArrayList<>();
            for (int i = 0; i < 5 * entries; i++) {
                handles.add(loop.open().submit(IN));
            }
            loop.turns(5);
            for (FakeLoop.Handle handle : handles) {
                // Nobody asked for it, but the kernel tells of it.
                handle.file.fire(Abi.POLLRDHUP);
            }
            assertTrue(loop.turnsUntilAsleep(100) >= 0, "the loop spins");
            long completed = loop.loop.metrics().ring.completed();
            loop.turns(10);
            assertEquals(completed, loop.loop.metrics().ring.completed());
            for (FakeLoop.Handle handle : handles) {
                assertEquals(List.of(), handle.told);
                handle.file.fire(IN);
            }
            loop.turns(3 * handles.size());
            for (FakeLoop.Handle handle : handles) {
                assertTrue(handle.told.contains(IN), () -> "lost: " + handle.registration);
            }
        }
    }
}
