/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.Abi;
import io.pollring.ring.Errno;
import io.pollring.ring.FakeFaults;
import io.pollring.ring.FakeOffer;
import io.pollring.ring.RingFeature;
import io.pollring.ring.UserData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What the kernel had no memory to take is not done for whoever has the number later. */
class UnsubmittedRequestTest {
    private static final int PATIENCE = 10;
    private static final int FIRST_INTERNAL_KIND = 8;
    private static final int IN = Abi.POLLIN;
    private static final int IN_AND_END = Abi.POLLIN | Abi.POLLRDHUP;
    private static final int LENGTH = 10;
    private static final int OP_POLL_REMOVE = 7;

    private final Faults faults = new Faults();
    private FakeLoop loop;

    private void open(FakeOffer offer) {
        loop = new FakeLoop(offer, 64, 128);
        loop.kernel.use(faults);
        loop.sleep(PATIENCE);
    }

    @AfterEach
    void tearDown() {
        loop.close();
    }

    /** How many requests of handles are in the kernel, or on their way there. */
    private long requests() {
        return loop.kernel.armed().stream().filter(userData -> UserData.kind(userData) < FIRST_INTERNAL_KIND).count();
    }

    private FakeStreamHandle openReader() {
        FakeStreamHandle handle = loop.openStream(1000);
        handle.reaction = events -> handle.readAll();
        handle.submit(IN_AND_END);
        return handle;
    }

    @Test
    void receiveOfAClosedStreamTakesNothingOfTheNextOne() {
        open(FakeOffer.everything());
        FakeStreamHandle old = openReader();
        faults.noMemory = true;
        loop.turn();
        assertEquals(2, requests());
        old.registration.cancel();
        assertEquals(0, requests());
        assertEquals(PollRegistration.NO_SLOT, old.registration.slot);
        int fd = old.fd().intValue();
        old.closeFd();
        FakeStreamHandle next = openReader();
        assertEquals(fd, next.fd().intValue());
        next.peer.arrive(LENGTH);
        faults.noMemory = false;
        loop.sleep(PATIENCE);
        assertEquals(LENGTH, next.received);
        assertEquals(0, old.kept);
        assertEquals(0, loop.loop.metrics().removalsUnconfirmed.get());
    }

    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void pollOfAClosedHandleHoldsNoOtherFile(boolean skipsCompletions) {
        open(skipsCompletions ? FakeOffer.everything() : FakeOffer.everything().without(RingFeature.CQE_SKIP));
        FakeLoop.Handle old = loop.open().submit(IN);
        faults.noMemory = true;
        loop.turn();
        int enters = loop.kernel.calls("enter");
        old.registration.cancel();
        assertEquals(enters, loop.kernel.calls("enter"), "there is nothing to wait for");
        old.closeFd();
        FakeLoop.Handle next = loop.open().submit(IN);
        faults.noMemory = false;
        next.reaction = events -> next.file.clear(IN);
        loop.sleep(PATIENCE);
        next.file.fire(IN);
        loop.sleep(PATIENCE);
        assertEquals(List.of(IN), next.told);
        assertEquals(List.of(), old.told);
        assertEquals(1, requests());
    }

    @Test
    void updateOfAPollThatHasEndedGoesWithItsRegistration() {
        open(FakeOffer.of(RingFeature.REQUIRED));
        FakeLoop.Handle handle = loop.open().submit(IN);
        loop.sleep(PATIENCE);
        // The kernel takes the other one's poll, and not the update; meanwhile the poll to be updated is cancelled.
        FakeLoop.Handle other = loop.open().submit(IN);
        handle.submit(IN | Abi.POLLOUT);
        faults.accepts = 1;
        faults.victim = UserData.encode(RequestKind.POLL, handle.registration.slot,
                handle.registration.generation());
        loop.turn();
        assertEquals(PollState.ARMED, other.registration.state);
        assertEquals(PollState.IDLE, handle.registration.state);
        handle.registration.cancel();
        assertEquals(PollRegistration.NO_SLOT, handle.registration.slot);
        int updates = loop.kernel.requests(OP_POLL_REMOVE);
        faults.accepts = Integer.MAX_VALUE;
        loop.sleep(PATIENCE);
        assertEquals(updates, loop.kernel.requests(OP_POLL_REMOVE));
    }

    @Test
    void streamThatStopsReceivingReadsByItselfAtOnce() {
        open(FakeOffer.everything());
        FakeStreamHandle handle = openReader();
        faults.noMemory = true;
        loop.turn();
        assertTrue(handle.stream.mustReceive());
        handle.receivable = false;
        handle.stream.stopReceiving();
        assertFalse(handle.stream.mustReceive());
        handle.peer.arrive(LENGTH);
        faults.noMemory = false;
        loop.sleep(PATIENCE);
        assertEquals(LENGTH, handle.received);
    }

    @Test
    void handleIsRevertedThoughItsPollIsNotSubmitted() {
        open(FakeOffer.everything());
        FakeLoop.Handle handle = loop.open().submit(IN);
        faults.noMemory = true;
        loop.turn();
        assertTrue(loop.loop.revert(handle, "test"));
        faults.noMemory = false;
        handle.file.fire(IN);
        loop.turns(PATIENCE);
        assertEquals(0, requests());
        assertEquals(IN, handle.told.get(0));
    }

    @Test
    void requestOfAnFdThatAnotherThreadHasClosedIsNotSubmitted() {
        open(FakeOffer.everything());
        FakeStreamHandle old = openReader();
        faults.noMemory = true;
        loop.turn();
        old.closeFd();
        FakeStreamHandle next = openReader();
        next.peer.arrive(LENGTH);
        faults.noMemory = false;
        loop.turn();
        old.registration.cancel();
        loop.sleep(PATIENCE);
        assertEquals(LENGTH, next.received);
        assertEquals(0, old.kept);
        assertEquals(2, requests());
    }

    @Test
    void whatAClosedStreamHasPreparedIsNotSentToTheNextOne() {
        open(FakeOffer.everything());
        FakeStreamHandle old = openReader();
        old.reaction = events -> {
            old.readAll();
            assertTrue(old.stream.sendLater());
        };
        loop.sleep(PATIENCE);
        old.onPrepare = () -> faults.noMemory = true;
        old.peer.arrive(1);
        loop.turns(2);
        assertEquals(List.of(), old.sends);
        // Without settling first, as a handle should.
        old.registration.cancel();
        assertEquals(List.of(-Errno.EAGAIN), old.sends);
        old.closeFd();
        FakeStreamHandle next = openReader();
        faults.noMemory = false;
        loop.sleep(PATIENCE);
        assertEquals(0, next.peer.accepted());
    }

    @Test
    void receiveOfAClosedStreamIsCancelledAgainWhenTheCancellationCameTooLate() {
        open(FakeOffer.everything());
        FakeStreamHandle handle = openReader();
        loop.sleep(PATIENCE);
        faults.noMemory = true;
        handle.registration.cancel();
        handle.closeFd();
        assertEquals(1, loop.loop.metrics().removalsUnconfirmed.get());
        faults.noMemory = false;
        // The receive has bytes in its hands when the cancellation finds it.
        faults.lateness = 1;
        faults.eventWins = true;
        handle.peer.arrive(LENGTH);
        loop.turns(PATIENCE);
        assertEquals(0, requests());
        assertEquals(0, loop.loop.registrations());
        assertTrue(handle.file.isReleased());
    }

    private static final class Faults extends FakeFaults {
        boolean noMemory;
        /** How many more requests there is memory for. */
        int accepts = Integer.MAX_VALUE;
        /** The request that somebody else cancels, once. */
        long victim;
        int lateness;
        boolean eventWins;

        @Override
        public int accepted(int submitted) {
            int accepted = Math.min(accepts, submitted);
            accepts -= accepts == Integer.MAX_VALUE ? 0 : accepted;
            return accepted;
        }

        @Override
        public int victim(List<Long> armed) {
            int index = armed.indexOf(victim);
            victim = index >= 0 ? 0 : victim;
            return index;
        }

        @Override
        public int enter(boolean overflowing) {
            return noMemory ? -Errno.EAGAIN : 0;
        }

        @Override
        public int lateness(long userData) {
            return lateness;
        }

        @Override
        public boolean eventWins() {
            return eventWins;
        }
    }
}
