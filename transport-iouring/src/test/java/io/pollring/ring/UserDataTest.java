/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

class UserDataTest {

    @Property(tries = 20_000)
    void everyFieldComesBack(@ForAll @IntRange(max = 15) int kind,
                             @ForAll @IntRange(max = UserData.MAX_SLOT) int slot, @ForAll int generation) {
        long userData = UserData.encode(kind, slot, generation);

        assertEquals(kind, UserData.kind(userData));
        assertEquals(slot, UserData.slot(userData));
        assertEquals(generation, UserData.generation(userData));
    }

    @Property(tries = 20_000)
    void noFieldSpillsIntoItsNeighbours(@ForAll int kind, @ForAll int slot, @ForAll int generation) {
        long userData = UserData.encode(kind, slot, generation);

        assertEquals(kind & 15, UserData.kind(userData));
        assertEquals(slot & UserData.MAX_SLOT, UserData.slot(userData));
        assertEquals(generation, UserData.generation(userData));
    }

    @Test
    void theGenerationsAroundTheirWrapDiffer() {
        for (int generation : new int[] {-1, 0, 1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertNotEquals(UserData.encode(1, 7, generation), UserData.encode(1, 7, generation + 1));
            assertEquals(7, UserData.slot(UserData.encode(1, 7, generation)));
        }
    }
}
