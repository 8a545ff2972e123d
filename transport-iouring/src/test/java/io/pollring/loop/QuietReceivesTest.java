/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.Abi;
import io.pollring.ring.Counter;
import io.pollring.ring.FakeOffer;
import io.pollring.ring.RingFeature;
import io.pollring.ring.UserData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Streams on which nothing comes have a poll and no receive, and lose nothing by it. */
class QuietReceivesTest {
    private static final int IN_AND_END = Abi.POLLIN | Abi.POLLRDHUP;
    private static final int PATIENCE = 8;

    private FakeLoop loop;

    @BeforeEach
    void setUp() {
        // Sweeps are made by the test.
        open(TimeUnit.DAYS.toNanos(1));
    }

    private void open(long idleNanos) {
        if (loop != null) {
            loop.close();
        }
        loop = new FakeLoop(FakeOffer.everything(), 1024, 2048, idleNanos);
    }

    @AfterEach
    void tearDown() {
        loop.close();
    }

    private FakeStreamHandle openReader() {
        FakeStreamHandle handle = loop.openStream(0).readsAll();
        sleep();
        return handle;
    }

    /** One for which the loop receives. */
    private FakeStreamHandle openBusyReader() {
        FakeStreamHandle handle = openReader();
        arrive(handle);
        arrive(handle);
        assertSame(Reception.ARMED, handle.stream.reception);
        return handle;
    }

    private void arrive(FakeStreamHandle handle) {
        int before = handle.received;
        handle.peer.arrive(5);
        sleep();
        assertEquals(before + 5, handle.received);
    }

    private void sleep() {
        loop.sleep(PATIENCE);
    }

    private void sweep() {
        loop.loop.poller.quiet().sweep();
    }

    private void sweepTwice() {
        sweep();
        sweep();
    }

    /** Of requests with registrations, and not of the loop's own. */
    private List<Integer> kindsInKernel() {
        List<Integer> kinds = new ArrayList<>();
        for (long userData : loop.kernel.armed()) {
            int kind = UserData.kind(userData);
            if (kind == RequestKind.POLL || kind == RequestKind.RECEIVE) {
                kinds.add(kind);
            }
        }
        return kinds;
    }

    /** Its poll was armed for data when none was received for it yet. */
    @Test
    void whoIsReceivedForOnDemandIsToldOfDataOnce() {
        FakeStreamHandle handle = loop.openStream(0);
        handle.reaction = events -> {
            handle.readAll();
            handle.submit(Abi.POLLRDHUP);
            loop.execute(() -> handle.submit(IN_AND_END));
        };
        handle.submit(Abi.POLLRDHUP);
        sleep();
        handle.submit(IN_AND_END);
        long completions = 0;
        for (int i = 0; i < 20; i++) {
            if (i == 10) {
                completions = loop.loop.metrics().ring.completed();
            }
            sleep();
            handle.peer.arrive(1);
            sleep();
            assertEquals(i + 1, handle.received);
        }
        assertSame(Reception.ARMED, handle.stream.reception);
        assertEquals(10, loop.loop.metrics().ring.completed() - completions);
    }

    @Test
    void newStreamHasAPollAndNoReceive() {
        FakeStreamHandle handle = openReader();
        assertSame(Reception.QUIET, handle.stream.reception);
        assertEquals(List.of(RequestKind.POLL), kindsInKernel());
        assertEquals(0, loop.loop.metrics().receivesArmed.get());
    }

    @Test
    void whatComesFirstIsReadByTheHandleAndThenTheLoopReceives() {
        FakeStreamHandle handle = openReader();
        arrive(handle);
        assertEquals(0, loop.loop.metrics().receivesArmed.get());
        arrive(handle);
        assertEquals(0, loop.loop.metrics().receives.get());
        assertEquals(1, loop.loop.metrics().receivesArmed.get());
        for (int i = 1; i <= 10; i++) {
            arrive(handle);
            assertEquals(i, loop.loop.metrics().receives.get());
        }
        assertEquals(1, loop.loop.metrics().receivesArmed.get());
        assertEquals(0, loop.loop.metrics().spurious.get());
    }

    /** A poll for data is over with it: it need not be told that data is not its business any more. */
    @Test
    void receivingCostsAReceiveAndAPoll() {
        FakeStreamHandle handle = openReader();
        arrive(handle);
        long before = loop.loop.metrics().ring.submitted();
        arrive(handle);
        assertEquals(2, loop.loop.metrics().ring.submitted() - before);
        arrive(handle);
        assertEquals(2, loop.loop.metrics().ring.submitted() - before);
    }

    /** A turn submits what some have flushed before it serves the others: their polls are not armed again by that. */
    @Test
    void pollIsNotArmedAgainBeforeItsHandleIsServed() {
        loop.close();
        // What a handle has flushed is sent before the next is served.
        loop = new FakeLoop(FakeOffer.everything(), new LoopSettings(1024, 2048, 0, -1, 1, TimeUnit.DAYS.toNanos(1), 0, true,
                false, EnumSet.allOf(RingFeature.class)));
        List<FakeStreamHandle> handles = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            FakeStreamHandle handle = loop.openStream(1000);
            handle.reaction = events -> {
                handle.readAll();
                assertTrue(handle.stream.sendLater());
            };
            handle.submit(IN_AND_END);
            handles.add(handle);
        }
        sleep();
        long before = loop.loop.metrics().pollsArmed.get();
        handles.forEach(handle -> handle.peer.arrive(5));
        sleep();
        handles.forEach(handle -> assertEquals(List.of(10), handle.sends));
        assertEquals(10, loop.loop.metrics().pollsArmed.get() - before);
    }

    @Test
    void receiveThatHasBroughtNothingBetweenTwoSweepsIsGivenUp() {
        FakeStreamHandle handle = openBusyReader();
        sweep();
        sleep();
        assertSame(Reception.ARMED, handle.stream.reception);
        sweep();
        sleep();
        assertSame(Reception.QUIET, handle.stream.reception);
        assertEquals(List.of(RequestKind.POLL), kindsInKernel());
        assertEquals(1, loop.loop.metrics().receivesQuiet.get());
        arrive(handle);
        assertSame(Reception.ARMED, handle.stream.reception);
        arrive(handle);
        assertEquals(2, loop.loop.metrics().receivesArmed.get());
    }

    @Test
    void streamThatGetsSomethingBetweenSweepsKeepsItsReceive() {
        FakeStreamHandle handle = openBusyReader();
        for (int i = 0; i < 10; i++) {
            sweep();
            arrive(handle);
        }
        assertEquals(1, loop.loop.metrics().receivesArmed.get());
        assertEquals(0, loop.loop.metrics().receivesQuiet.get());
    }

    @Test
    void streamThatGetsSomethingNowAndThenIsLeftWithAPoll() throws InterruptedException {
        open(TimeUnit.MILLISECONDS.toNanos(1));
        FakeStreamHandle handle = openReader();
        for (int i = 0; i < 20; i++) {
            arrive(handle);
            Thread.sleep(4);
        }
        assertEquals(0, loop.loop.metrics().receivesArmed.get());
    }

    @Test
    void thereIsNoSweepWhileNoReceiveIsArmed() {
        QuietReceives quiet = loop.loop.poller.quiet();
        FakeStreamHandle handle = openReader();
        arrive(handle);
        assertFalse(quiet.isScheduled());
        arrive(handle);
        assertTrue(quiet.isScheduled());
        sweep();
        assertTrue(quiet.isScheduled());
        sweep();
        assertFalse(quiet.isScheduled());
        sleep();
        arrive(handle);
        assertTrue(quiet.isScheduled());
    }

    @Test
    void pieceForStreamsThatAreReadOnDemandIsGivenUpToo() {
        FakeStreamHandle handle = loop.openStreamOfPieces().readsAll();
        sleep();
        arrive(handle);
        arrive(handle);
        assertSame(Reception.ARMED_ONCE, handle.stream.reception);
        sweepTwice();
        sleep();
        assertSame(Reception.QUIET, handle.stream.reception);
        arrive(handle);
        assertSame(Reception.ARMED_ONCE, handle.stream.reception);
    }

    @Test
    void dataThatComesWhileTheReceiveIsGivenUpIsTold() {
        FakeStreamHandle handle = openBusyReader();
        for (int i = 0; i < 20; i++) {
            sweepTwice();
            loop.turns(i % 4);
            arrive(handle);
            arrive(handle);
            assertSame(Reception.ARMED, handle.stream.reception);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void endIsToldHoweverFarTheReceiveIsGivenUp(int turns) {
        FakeStreamHandle handle = openBusyReader();
        sweepTwice();
        loop.turns(turns);
        handle.peer.arrive(5);
        handle.peer.finish();
        loop.turns(PATIENCE);
        assertEquals(15, handle.received);
        assertTrue(handle.endFound);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void resetIsToldHoweverFarTheReceiveIsGivenUp(int turns) {
        FakeStreamHandle handle = openBusyReader();
        sweepTwice();
        loop.turns(turns);
        handle.peer.reset();
        loop.turns(PATIENCE);
        assertNotNull(handle.failure);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void closeLeavesNothingInTheKernelHoweverFarTheReceiveIsGivenUp(int turns) {
        FakeStreamHandle handle = openBusyReader();
        sweepTwice();
        loop.turns(turns);
        handle.registration.cancel();
        handle.closeFd();
        assertEquals(List.of(), kindsInKernel());
        assertTrue(handle.file.isReleased());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void revertLosesNothingHoweverFarTheReceiveIsGivenUp(int turns) {
        FakeStreamHandle handle = openBusyReader();
        sweepTwice();
        loop.turns(turns);
        handle.peer.arrive(5);
        assertTrue(loop.loop.revert(handle, "a test"));
        loop.turns(PATIENCE);
        assertEquals(15, handle.received + handle.kept);
        assertEquals(List.of(), kindsInKernel());
    }

    @Test
    void streamIsNotTakenForTheOneThatHadItsSlotBefore() {
        FakeStreamHandle before = openBusyReader();
        int slot = before.registration.slot;
        sweep();
        before.registration.cancel();
        before.closeFd();
        FakeStreamHandle handle = openBusyReader();
        assertEquals(slot, handle.registration.slot);
        sweep();
        sleep();
        assertSame(Reception.ARMED, handle.stream.reception);
    }

    /**
     * A thousand receives that are given up at once would keep the others waiting for a thousand cancellations. On a slow
     * machine sweeps come while the first are armed, too.
     */
    @Test
    void sweepGivesUpSomeInATurnAndTheLoopDoesNotSleepBeforeItIsThrough() {
        open(TimeUnit.MILLISECONDS.toNanos(500));
        Counter armed = loop.loop.metrics().receivesArmed;
        Counter quiet = loop.loop.metrics().receivesQuiet;
        List<FakeStreamHandle> handles = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            FakeStreamHandle handle = loop.openStream(0).readsAll();
            handles.add(handle);
            while (handle.stream.reception != Reception.ARMED) {
                handle.peer.arrive(5);
                loop.turns(3);
            }
        }
        long most = 0;
        long start = System.nanoTime();
        while (quiet.get() < armed.get() || !loop.turn()) {
            assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(60), quiet.get() + " were given up");
            long before = quiet.get();
            loop.turn();
            most = Math.max(most, quiet.get() - before);
        }
        assertTrue(most > 0 && most < 128, most + " were given up in a turn");
        for (FakeStreamHandle handle : handles) {
            assertSame(Reception.QUIET, handle.stream.reception);
        }
    }
}
