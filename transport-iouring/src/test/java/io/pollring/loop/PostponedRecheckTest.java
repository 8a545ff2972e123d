/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.Abi;
import io.pollring.ring.FakeOffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A handle whose read has stopped short has mostly left nothing: when the kernel is asked whether that is so. */
class PostponedRecheckTest {
    private static final int IN = Abi.POLLIN;
    private static final int TURNS = 1000;
    private static final int ENOUGH = 10;

    private FakeLoop loop;
    private FakeLoop.Handle handle;
    private FakeLoop.Handle busy;

    @BeforeEach
    void watchTwo() {
        loop = new FakeLoop(FakeOffer.everything(), 8, 32);
        loop.stopsShort = true;
        handle = loop.open().submit(IN);
        busy = loop.open().submit(IN);
        busy.reaction = events -> busy.file.clear(IN);
        loop.turns(3);
    }

    @AfterEach
    void nothingIsLeft() {
        loop.close();
        assertEquals(0, loop.kernel.files().count());
        assertEquals(0, loop.kernel.mappings());
    }

    private long updates() {
        return loop.loop.metrics().pollUpdates.get();
    }

    @Test
    void whatIsLeftIsToldBeforeTheLoopSleeps() {
        handle.file.fire(IN);
        loop.turns(ENOUGH);
        assertTrue(handle.told.size() > 2, handle.told::toString);
        handle.reaction = events -> handle.file.clear(IN);
        assertTrue(loop.turnsUntilAsleep(ENOUGH) >= 0, "nothing is left, and the loop does not sleep");
        int told = handle.told.size();
        loop.turns(ENOUGH);
        assertEquals(told, handle.told.size());
    }

    @Test
    void aHandleThatHearsOfMoreFirstCostsNoRequest() {
        handle.reaction = events -> handle.file.clear(IN);
        long before = updates();
        for (int i = 0; i < TURNS; i++) {
            handle.file.fire(IN);
            busy.file.fire(IN);
            loop.turn();
        }
        assertEquals(TURNS, handle.told.size());
        // One for each of the two, every 16 turns.
        assertEquals(2 * (TURNS / 16), updates() - before);
    }

    @Test
    void whatIsLeftIsToldByALoopThatDoesNotSleep() {
        handle.file.fire(IN);
        for (int i = 0; i < 3 * 16; i++) {
            busy.file.fire(IN);
            loop.turn();
        }
        assertEquals(List.of(IN, IN, IN), handle.told);
    }

    @Test
    void whatIsLeftIsToldWhenTheHandleIsInterestedAgain() {
        handle.reaction = events -> handle.submit(0);
        handle.file.fire(IN);
        loop.turns(ENOUGH);
        assertEquals(List.of(IN), handle.told);
        handle.submit(IN);
        loop.turns(ENOUGH);
        assertEquals(List.of(IN, IN), handle.told);
    }

    @Test
    void whoIsGoneByThenIsNotAskedFor() {
        handle.file.fire(IN);
        busy.file.fire(IN);
        loop.turn();
        handle.registration.cancel();
        handle.closeFd();
        long before = updates();
        loop.turns(ENOUGH);
        assertEquals(1, handle.told.size());
        assertTrue(updates() - before <= 1, "the other one's");
    }
}
