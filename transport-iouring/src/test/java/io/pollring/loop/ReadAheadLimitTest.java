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

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

/** How much the ring takes from a socket that its handle has not asked for, and how often it has to be asked again. */
class ReadAheadLimitTest {
    private static final int IN_AND_END = Abi.POLLIN | Abi.POLLRDHUP;
    private static final int PATIENCE = 64;
    private static final int MESSAGE = 4096;
    private static final int MUCH = 200_000;
    /** 2, 4 and 8 messages, and then 16 for each receive; the last of them is over. */
    private static final int MANY = 14 + 15 * 16;

    private FakeLoop loop;
    private FakeStreamHandle handle;

    @BeforeEach
    void setUp() {
        loop = new FakeLoop(FakeOffer.everything(), 64, 256);
        handle = loop.openStream(0).readsAll();
        sleep();
    }

    @AfterEach
    void tearDown() {
        loop.close();
    }

    private void sleep() {
        loop.sleep(PATIENCE);
    }

    private void exchange(int messages) {
        for (int i = 0; i < messages; i++) {
            handle.peer.arrive(MESSAGE);
            sleep();
        }
        assertEquals(handle.peer.arrived(), handle.received);
    }

    /** How much is taken of a great deal that comes at once, while the handle takes nothing. */
    private long takenAhead() {
        long before = handle.peer.taken();
        handle.reaction = events -> { };
        handle.peer.arrive(MUCH);
        loop.turns(2);
        return handle.peer.taken() - before;
    }

    @Test
    void whoTakesAllAndAsksOnIsSeldomReceivedForAnew() {
        exchange(MANY);
        assertEquals(3 + 15 + 1, loop.loop.metrics().receivesArmed.get());
    }

    @Test
    void littleIsTakenAheadAtFirst() {
        assertEquals(2 * MESSAGE, takenAhead());
    }

    @Test
    void noMoreIsTakenAheadThanSixteenBuffersEver() {
        exchange(MANY);
        assertEquals(16 * MESSAGE, takenAhead());
    }

    @Test
    void nothingIsTakenOfWhoWasReceivedForLongAndAsksNoMore() {
        exchange(MANY);
        handle.submit(Abi.POLLRDHUP);
        sleep();
        assertFalse(handle.stream.reception.isInKernel(), handle.stream::toString);
        assertEquals(0, takenAhead());
    }

    @Test
    void littleIsTakenOfWhoAsksAnew() {
        exchange(MANY);
        handle.submit(Abi.POLLRDHUP);
        sleep();
        handle.submit(IN_AND_END);
        sleep();
        assertEquals(2 * MESSAGE, takenAhead());
    }

    @Test
    void littleIsTakenOfWhoHasLeftSomething() {
        exchange(MANY);
        handle.reaction = events -> handle.read(1);
        handle.peer.arrive(16 * MESSAGE);
        loop.turns(2);
        handle.reaction = events -> handle.readAll();
        sleep();
        assertEquals(handle.peer.arrived(), handle.received);
        assertEquals(2 * MESSAGE, takenAhead());
    }

    @Test
    void whoAsksForEachMessageAloneIsReceivedForAsAtFirst() {
        handle.reaction = events -> {
            handle.readAll();
            handle.submit(Abi.POLLRDHUP);
            loop.execute(() -> handle.submit(IN_AND_END));
        };
        exchange(MANY);
        assertEquals(2 * MESSAGE, takenAhead());
    }
}
