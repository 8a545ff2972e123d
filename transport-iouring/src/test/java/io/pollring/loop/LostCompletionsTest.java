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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** When the completion queue is full and the kernel has no memory to keep more completions. */
class LostCompletionsTest {
    private static final int ENTRIES = 8;
    private static final int COUNT = 12;
    private static final int PATIENCE = 20;
    private static final int IN = Abi.POLLIN;
    private static final int IN_AND_END = Abi.POLLIN | Abi.POLLRDHUP;

    private final Faults faults = new Faults();
    private FakeLoop loop;

    @BeforeEach
    void setUp() {
        loop = new FakeLoop(FakeOffer.everything(), ENTRIES, ENTRIES);
        loop.kernel.use(faults);
    }

    @AfterEach
    void tearDown() {
        loop.close();
    }

    private FakeStreamHandle openReader() {
        FakeStreamHandle handle = loop.openStream(1000);
        handle.reaction = events -> read(handle);
        handle.submit(IN_AND_END);
        return handle;
    }

    /** As a channel does, it closes when it has failed. */
    private static void read(FakeStreamHandle handle) {
        handle.readAll();
        if (handle.failure != null) {
            handle.registration.cancel();
            handle.closeFd();
        }
    }

    private void awaitSleep() {
        loop.sleep(PATIENCE);
    }

    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void onlyStreamsWhoseBytesWereLostFail(boolean tellsLoss) {
        faults.tellsLoss = tellsLoss;
        List<FakeStreamHandle> handles = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            handles.add(openReader());
        }
        FakeStreamHandle idle = openReader();
        awaitSleep();
        faults.noMemory = true;
        handles.forEach(handle -> handle.peer.arrive(5));
        loop.turn();
        faults.noMemory = false;
        awaitSleep();
        assertTrue(loop.loop.hasRing());
        assertEquals(1, loop.loop.metrics().ringsReplaced.get());
        int failed = 0;
        for (FakeStreamHandle handle : handles) {
            if (handle.failure == null) {
                assertEquals(5, handle.received + handle.kept);
            } else {
                failed++;
                assertEquals(0, handle.received + handle.kept);
                assertEquals("recv of fd " + handle.fd().intValue() + ": what was received is lost: the kernel had no memory"
                        + " to tell of it (EBADR)", handle.failure.getMessage());
            }
        }
        assertEquals(COUNT - ENTRIES, failed);
        idle.peer.arrive(5);
        awaitSleep();
        assertEquals(5, idle.received);
        assertNull(idle.failure);
        assertEquals(List.of(), loop.failures);
    }

    @Test
    void pollsThatHaveEndedUnheardAreArmedAnew() {
        FakeStreamHandle idle = openReader();
        List<FakeLoop.Handle> handles = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            FakeLoop.Handle handle = loop.open();
            handle.reaction = events -> handle.file.clear(IN);
            handles.add(handle.submit(IN));
        }
        awaitSleep();
        faults.noMemory = true;
        handles.forEach(handle -> handle.file.fire(IN));
        loop.turn();
        faults.noMemory = false;
        awaitSleep();
        assertEquals(1, loop.loop.metrics().ringsReplaced.get());
        handles.forEach(handle -> assertEquals(List.of(IN), handle.told));
        idle.peer.arrive(5);
        awaitSleep();
        assertEquals(5, idle.received);
        assertNull(idle.failure);
    }

    @Test
    void sendIsNoSuccessWhenItsCompletionMayBeLost() {
        loop.close();
        // A receive without a limit fills the queue.
        loop = new FakeLoop(FakeOffer.everything().without(RingFeature.RECEIVE_LIMIT), ENTRIES, ENTRIES);
        loop.kernel.use(faults);
        FakeStreamHandle sender = loop.openStream(4);
        FakeStreamHandle[] large = new FakeStreamHandle[1];
        sender.reaction = events -> {
            sender.readAll();
            if (large[0] == null) {
                assertTrue(sender.stream.sendLater());
                // Its receive is submitted before the send, and fills the queue.
                large[0] = loop.openStream(0);
                large[0].peer.arrive(4096 * 2 * ENTRIES);
                large[0].reaction = e -> read(large[0]);
                large[0].submit(IN_AND_END);
                faults.noMemory = true;
            }
        };
        sender.submit(IN_AND_END);
        FakeStreamHandle idle = openReader();
        awaitSleep();
        sender.peer.arrive(1);
        for (int i = 0; i < PATIENCE && loop.loop.metrics().ringsReplaced.get() == 0; i++) {
            loop.turn();
        }
        faults.noMemory = false;
        awaitSleep();
        assertEquals(List.of(-Errno.EBADR), sender.sends);
        assertTrue(large[0].failure.getMessage().contains("EBADR"));
        assertEquals(4096 * ENTRIES, large[0].received + large[0].kept);
        idle.peer.arrive(5);
        awaitSleep();
        assertEquals(5, idle.received);
        assertNull(idle.failure);
    }

    @Test
    void streamClosesThoughTheEndOfItsReceiveIsLost() {
        List<FakeStreamHandle> handles = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            handles.add(openReader());
        }
        awaitSleep();
        faults.noMemory = true;
        handles.forEach(handle -> handle.peer.arrive(5));
        // All of it is collected in the first one's cancellation.
        int lost = 0;
        for (FakeStreamHandle handle : handles) {
            handle.registration.cancel();
            lost += handle.lost ? 1 : 0;
            handle.closeFd();
        }
        assertEquals(COUNT - ENTRIES, lost);
        faults.noMemory = false;
        awaitSleep();
        assertEquals(0, loop.loop.registrations());
        handles.forEach(handle -> assertTrue(handle.file.isReleased()));
        assertTrue(loop.loop.hasRing());
    }

    /** A ring that works can be asked which receives have lost something, also where it is given up. */
    @Test
    void onlyStreamsWhoseBytesWereLostFailWhereTheLoopIsToldToWaitOnEpoll() {
        FakeStreamHandle gone = openReader();
        List<FakeStreamHandle> handles = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            handles.add(openReader());
        }
        FakeStreamHandle idle = openReader();
        awaitSleep();
        faults.noMemory = true;
        handles.forEach(handle -> handle.peer.arrive(5));
        // The completions come, and are lost, while this one's cancellation is awaited.
        gone.registration.cancel();
        gone.closeFd();
        faults.noMemory = false;
        loop.loop.useEpoll();
        awaitSleep();
        assertFalse(loop.loop.hasRing());
        assertEquals(COUNT - ENTRIES, handles.stream().filter(handle -> handle.failure != null).count());
        idle.peer.arrive(5);
        awaitSleep();
        assertNull(idle.failure);
        assertEquals(5, idle.received);
        assertEquals(List.of(), loop.failures);
    }

    /** It may go on with another registration, but not behind a hole. */
    @Test
    void streamThatIsNotRegisteredAnyMoreHearsThatItsBytesAreLost() {
        List<FakeStreamHandle> handles = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            handles.add(openReader());
        }
        FakeStreamHandle gone = openReader();
        awaitSleep();
        // The kernel takes no cancellation.
        faults.enter = -Errno.EAGAIN;
        gone.registration.cancel();
        assertEquals(1, loop.loop.metrics().removalsUnconfirmed.get());
        // It may take bytes at any time from now on, beside another registration's.
        assertTrue(gone.lost);
        gone.lost = false;
        faults.enter = 0;
        faults.eventWins = true;
        faults.noMemory = true;
        handles.forEach(handle -> handle.peer.arrive(5));
        gone.peer.arrive(5);
        loop.turn();
        faults.noMemory = false;
        awaitSleep();
        assertEquals(1, loop.loop.metrics().ringsReplaced.get());
        assertEquals(0, gone.received + gone.kept);
        assertTrue(gone.lost);
        gone.closeFd();
    }

    @Test
    void ringOfTheSameSizeTakesThePlaceWhereThereIsNoneThatIsLarger() {
        List<FakeLoop.Handle> handles = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            handles.add(loop.open().submit(IN));
        }
        awaitSleep();
        faults.noMemory = true;
        faults.setups = 1;
        handles.forEach(handle -> handle.file.fire(IN));
        loop.turn();
        faults.noMemory = false;
        assertTrue(loop.loop.hasRing());
        assertFalse(handles.get(0).reverted);
        assertEquals(1, loop.loop.metrics().ringsReplaced.get());
    }

    private static final class Faults extends FakeFaults {
        boolean noMemory;
        boolean tellsLoss = true;
        /** How many set-ups are refused. */
        int setups;
        /** What each enter answers, if it is not 0. */
        int enter;
        /** Whether a request that has something to tell is not cancelled any more. */
        boolean eventWins;

        @Override
        public int enter(boolean overflowing) {
            return enter;
        }

        @Override
        public boolean eventWins() {
            return eventWins;
        }

        @Override
        public boolean keeps(long userData, int result) {
            return !noMemory;
        }

        @Override
        public boolean tellsLoss() {
            return tellsLoss;
        }

        @Override
        public int setup(int flags) {
            return setups-- > 0 ? -Errno.ENOMEM : 0;
        }
    }
}
