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
import io.pollring.ring.FakeStream;
import io.pollring.ring.UserData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What becomes of a stream's bytes when the ring does not do as it should. */
class StreamRegistrationTest {
    private static final int EFAULT = 14;
    private static final int IN = Abi.POLLIN;
    private static final int IN_AND_END = Abi.POLLIN | Abi.POLLRDHUP;
    private static final int PATIENCE = 8;

    private final Faults faults = new Faults();
    private FakeLoop loop;

    @BeforeEach
    void setUp() {
        open(8);
    }

    private void open(int sqEntries) {
        if (loop != null) {
            loop.close();
        }
        loop = new FakeLoop(FakeOffer.everything(), sqEntries, 16);
        loop.kernel.use(faults);
    }

    @AfterEach
    void tearDown() {
        loop.close();
    }

    /** Opens a stream that sends each time it gets something. */
    private FakeStreamHandle openSender() {
        FakeStreamHandle handle = loop.openStream(1000);
        handle.reaction = events -> {
            handle.readAll();
            assertTrue(handle.stream.sendLater());
        };
        handle.submit(IN_AND_END);
        loop.turnsUntilAsleep(PATIENCE);
        return handle;
    }

    @Test
    void whoHasNoBufferReadsByItselfInsteadOfWaitingTurnByTurn() {
        int count = 600;
        loop.close();
        loop = new FakeLoop(FakeOffer.everything(), 1024, 2048);
        loop.kernel.use(new FakeFaults() {
            @Override
            public int batch() {
                return count;
            }
        });
        List<FakeStreamHandle> handles = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            FakeStreamHandle handle = loop.openStream(0);
            handle.reaction = events -> handle.readAll();
            handle.submit(IN_AND_END);
            handles.add(handle);
        }
        for (int round = 1; round <= 2; round++) {
            loop.sleep(PATIENCE);
            for (FakeStreamHandle handle : handles) {
                handle.peer.arrive(1);
            }
            loop.sleep(PATIENCE);
            for (FakeStreamHandle handle : handles) {
                assertEquals(round, handle.received);
            }
            long starved = loop.loop.metrics().receivesStarved.get();
            assertTrue(starved > round * count / 2 && starved < round * count, starved + " of " + count);
        }
    }

    @Test
    void sendIsToldAfterTheRingIsLost() {
        FakeStreamHandle handle = openSender();
        handle.onPrepare = () -> faults.enters.add(-EFAULT);
        handle.peer.arrive(1);
        loop.sleep(PATIENCE);
        assertFalse(loop.loop.hasRing());
        assertEquals(List.of(-Errno.EAGAIN), handle.sends);
        assertEquals(0, handle.peer.accepted());
    }

    @Test
    void whoThrowsWhileItPreparesIsToldAndOthersSendInTheSameTurn() {
        FakeStreamHandle bad = openSender();
        FakeStreamHandle good = openSender();
        bad.spoilt = true;
        bad.peer.arrive(1);
        good.peer.arrive(1);
        loop.turn();
        loop.turn();
        assertEquals(List.of(-Errno.EAGAIN), bad.sends);
        assertEquals(List.of(10), good.sends);
        assertEquals(10, good.peer.accepted());
        loop.sleep(PATIENCE);
    }

    @Test
    void whatIsSentIsToldBeforeTheTurnIsOver() {
        FakeStreamHandle handle = openSender();
        handle.peer.arrive(1);
        for (int i = 0; i < PATIENCE && handle.told.isEmpty(); i++) {
            loop.turn();
        }
        assertEquals(List.of(10), handle.sends);
    }

    @Test
    void whoWaitsForASlotIsAskedAgainAfterTheRingIsLost() {
        open(1);
        FakeStreamHandle first = openSender();
        FakeStreamHandle second = openSender();
        // There is one slot: to make room for the second's request the loop enters.
        first.onPrepare = () -> faults.enters.add(-Errno.EEXIST);
        first.peer.arrive(1);
        second.peer.arrive(1);
        loop.sleep(PATIENCE);
        assertEquals(1, loop.loop.metrics().ringsReplaced.get());
        assertEquals(List.of(-Errno.EAGAIN), first.sends);
        assertEquals(List.of(10), second.sends);
    }

    @Test
    void whatWasSentStaysSentWhenRingsAreReplacedTwice() {
        FakeStreamHandle first = openSender();
        FakeStreamHandle second = openSender();
        second.onPrepare = () -> {
            faults.accepted.add(1);
            faults.accepted.add(0);
            // The enter that takes one, the one that goes on and takes none, and those that find a stranger.
            faults.enters.addAll(List.of(0, 0, -Errno.EEXIST));
            second.onPrepare = () -> { };
        };
        first.peer.arrive(1);
        second.peer.arrive(1);
        faults.strangerOnSecondRing = true;
        for (int i = 0; i < PATIENCE && loop.loop.metrics().ringsReplaced.get() < 2; i++) {
            assertEquals(List.of(), first.sends);
            loop.turn();
        }
        assertEquals(2, loop.loop.metrics().ringsReplaced.get());
        loop.turnsUntilAsleep(PATIENCE);
        assertEquals(10, first.peer.accepted());
        assertEquals(List.of(10), first.sends);
        assertEquals(List.of(-Errno.EAGAIN), second.sends);
        assertEquals(0, second.peer.accepted());
    }

    @Test
    void buffersThatComeBackAsTheRingClosesAreNoTrouble() {
        FakeStreamHandle handle = loop.openStream(0);
        handle.reaction = events -> handle.receivable = false;
        handle.submit(IN_AND_END);
        loop.turnsUntilAsleep(PATIENCE);
        handle.peer.arrive(5);
        loop.turn();
        assertEquals(List.of(IN), handle.told);
        faults.enters.add(-Errno.EEXIST);
        loop.turn();
        assertEquals(5, handle.kept);
        assertEquals(0, loop.turnsUntilAsleep(1), "the next turn fails");
    }

    @Test
    void settledSendIsNotMadeLater() {
        FakeStreamHandle handle = openSender();
        handle.onPrepare = () -> faults.acceptsNothing = true;
        handle.peer.arrive(1);
        for (int i = 0; i < PATIENCE && !faults.acceptsNothing; i++) {
            loop.turn();
        }
        handle.stream.settleSend();
        assertEquals(List.of(-Errno.EAGAIN), handle.sends);
        faults.acceptsNothing = false;
        loop.sleep(PATIENCE);
        assertEquals(0, handle.peer.accepted());
        assertEquals(List.of(-Errno.EAGAIN), handle.sends);
    }

    @Test
    void whoAsksForDataOnlyFindsTheResetBehindIt() {
        FakeStreamHandle handle = loop.openStream(0);
        handle.reaction = events -> handle.readAll();
        handle.submit(IN);
        loop.turnsUntilAsleep(PATIENCE);
        handle.peer.arrive(5);
        handle.peer.reset();
        assertTrue(loop.turnsUntilAsleep(2) < 0, "there is something to tell");
        loop.turns(PATIENCE);
        assertEquals(5, handle.received);
        assertNotNull(handle.failure);
    }

    @Test
    void endBehindDataIsFoundThoughTheReceiveNeverTellsIt() {
        FakeStreamHandle handle = loop.openStreamOfPieces();
        handle.readsOn = true;
        handle.peer.hideEnd();
        handle.reaction = events -> handle.readAll();
        handle.submit(IN_AND_END);
        loop.turnsUntilAsleep(PATIENCE);
        handle.peer.arrive(5);
        handle.peer.finish();
        loop.turns(PATIENCE);
        assertEquals(5, handle.received);
        assertTrue(handle.endFound);
    }

    @Test
    void dataThatIsReadAfterInterestHasChangedIsToldOnce() {
        FakeStreamHandle handle = loop.openStream(0);
        handle.reaction = events -> {
            handle.submit(IN_AND_END);
            handle.readAll();
        };
        handle.submit(IN_AND_END | Abi.POLLOUT);
        loop.turnsUntilAsleep(PATIENCE);
        handle.peer.arrive(5);
        handle.peer.makeRoom(100);
        loop.sleep(PATIENCE);
        assertEquals(5, handle.received);
        assertEquals(List.of(IN | Abi.POLLOUT), handle.told);
    }

    @Test
    void receiveEndsWhenThePollIsRefusedAndEpollTakesOver() {
        faults.refusesPolls = true;
        FakeStreamHandle handle = loop.openStream(0);
        handle.reaction = events -> handle.readAll();
        handle.submit(IN_AND_END);
        loop.turnsUntilAsleep(PATIENCE);
        assertTrue(handle.reverted);
        assertFalse(handle.stream.mustReceive());
        handle.peer.arrive(5);
        handle.peer.reset();
        loop.turn();
        assertEquals(5, handle.received);
        assertNotNull(handle.failure);
    }

    @Test
    void nextPieceIsLeftInTheSocketUntilTheLastIsTaken() {
        FakeStreamHandle handle = loop.openStreamOfPieces();
        handle.reaction = events -> { };
        handle.submit(IN_AND_END);
        loop.turnsUntilAsleep(PATIENCE);
        handle.peer.arrive(5);
        loop.turn();
        handle.peer.arrive(3);
        loop.turns(PATIENCE);
        assertEquals(5, handle.peer.taken());
        handle.reaction = events -> handle.readAll();
        loop.sleep(PATIENCE);
        assertEquals(8, handle.received);
        assertEquals(2, loop.loop.metrics().receives.get());
    }

    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void pieceThatNobodyAsksForStaysInTheSocket(boolean readsOn) {
        FakeStreamHandle handle = loop.openStreamOfPieces();
        handle.readsOn = readsOn;
        handle.reaction = events -> handle.readAll();
        handle.submit(IN_AND_END);
        loop.turnsUntilAsleep(PATIENCE);
        handle.submit(Abi.POLLRDHUP);
        handle.peer.arrive(5);
        loop.sleep(PATIENCE);
        assertEquals(0, handle.peer.taken());
        handle.submit(IN_AND_END);
        loop.turnsUntilAsleep(PATIENCE);
        assertEquals(5, handle.received);
        assertEquals(0, handle.kept);
    }

    @Test
    void pieceCostsOneRequest() {
        FakeStreamHandle handle = loop.openStreamOfPieces();
        handle.reaction = events -> handle.readAll();
        handle.submit(IN_AND_END);
        loop.turnsUntilAsleep(PATIENCE);
        long before = loop.loop.metrics().ring.submitted();
        for (int i = 0; i < 10; i++) {
            handle.peer.arrive(5);
            loop.sleep(PATIENCE);
        }
        assertEquals(50, handle.received);
        assertEquals(10, loop.loop.metrics().ring.submitted() - before);
    }

    @ParameterizedTest
    @ValueSource(ints = { Errno.ENOMEM, Errno.ECANCELED, Errno.EAGAIN, Errno.EINTR })
    void receiveThatEndsForNothingIsNotTriedTurnByTurn(int errno) {
        FakeStreamHandle handle = loop.openStream(0);
        handle.reaction = events -> handle.readAll();
        faults.receiveError = errno;
        handle.submit(IN_AND_END);
        assertTrue(loop.turnsUntilAsleep(2 * PATIENCE) >= 0, "the loop sleeps");
        long tries = loop.loop.metrics().receivesArmed.get();
        assertTrue(tries <= PATIENCE, tries + " tries");
        for (int i = 1; i < StreamRegistration.READS_BY_ITSELF; i++) {
            handle.peer.arrive(5);
            loop.sleep(PATIENCE);
            assertEquals(5 * i, handle.received);
        }
        assertEquals(tries, loop.loop.metrics().receivesArmed.get());
        assertNull(handle.failure);
        assertFalse(handle.endFound);

        // One try, in vain, and as many reads again.
        for (int i = 0; i < StreamRegistration.READS_BY_ITSELF; i++) {
            handle.peer.arrive(5);
            loop.sleep(PATIENCE);
        }
        assertEquals(tries + 1, loop.loop.metrics().receivesArmed.get());

        faults.receiveError = 0;
        handle.peer.arrive(5);
        loop.sleep(PATIENCE);
        assertEquals(10 * StreamRegistration.READS_BY_ITSELF, handle.received);
        assertTrue(handle.stream.mustReceive());
    }

    @ParameterizedTest
    @ValueSource(ints = { Errno.EINVAL, Errno.EOPNOTSUPP })
    void oneThatCannotBeReceivedForReadsByItselfAndTheOthersDoNot(int error) {
        faults.receiveError = error;
        FakeStreamHandle refused = loop.openStream(0);
        refused.reaction = events -> refused.readAll();
        refused.submit(IN_AND_END);
        loop.sleep(PATIENCE);
        faults.receiveError = 0;
        FakeStreamHandle other = loop.openStream(0);
        other.reaction = events -> other.readAll();
        other.submit(IN_AND_END);
        for (int i = 1; i <= 3; i++) {
            refused.peer.arrive(5);
            other.peer.arrive(5);
            loop.sleep(PATIENCE);
            assertEquals(5 * i, refused.received);
            assertEquals(5 * i, other.received);
        }
        assertEquals(2, loop.loop.metrics().receivesArmed.get());
        assertEquals(3, loop.loop.metrics().receives.get());
        assertNull(refused.failure);
    }

    @Test
    void pieceForWhichThereIsNoBufferIsReadFromTheSocket() {
        faults.receiveError = Errno.ENOBUFS;
        FakeStreamHandle handle = loop.openStreamOfPieces();
        handle.reaction = events -> handle.readAll();
        handle.submit(IN_AND_END);
        handle.peer.arrive(5);
        assertTrue(loop.turnsUntilAsleep(2 * PATIENCE) >= 0, "the loop sleeps");
        assertEquals(5, handle.received);
        assertTrue(loop.loop.metrics().receivesArmed.get() <= PATIENCE);
    }

    @Test
    void closeLeavesTheOthersTheirBuffers() {
        int count = 600;
        loop.close();
        loop = new FakeLoop(FakeOffer.everything(), 1024, 2048);
        List<FakeStreamHandle> handles = openReaders(count);
        handles.get(0).reaction = events -> {
            handles.get(0).registration.cancel();
            handles.get(0).closeFd();
        };
        handles.forEach(handle -> handle.peer.arrive(64));
        assertTrue(loop.turnsUntilAsleep(PATIENCE * PATIENCE) >= 0, "the loop sleeps");
        for (FakeStreamHandle handle : handles.subList(1, count)) {
            assertEquals(64, handle.received);
        }
        assertEquals(0, loop.loop.metrics().receivesStarved.get());
    }

    @ParameterizedTest
    @ValueSource(ints = {4096, 16 * 1024, 64 * 1024})
    void whatNobodyAsksForStaysInTheSocketsOnceTheLoopsMemoryIsFull(int pageBytes) {
        int count = 600;
        int bytes = 16 * 1024;
        loop.close();
        loop = new FakeLoop(FakeOffer.everything().withPages(pageBytes), 1024, 2048);
        List<FakeStreamHandle> handles = openReaders(count);
        handles.forEach(handle -> handle.submit(Abi.POLLRDHUP));
        FakeStreamHandle reader = openReaders(1).get(0);
        handles.forEach(handle -> handle.peer.arrive(bytes));
        assertTrue(loop.turnsUntilAsleep(PATIENCE * PATIENCE) >= 0, "the loop sleeps");
        long taken = handles.stream().mapToLong(handle -> handle.peer.taken()).sum();
        assertTrue(taken > 0 && taken <= ReceiveMemory.TOTAL_BYTES, taken + " bytes are read ahead");
        long starved = loop.loop.metrics().receivesStarved.get();
        for (int i = 1; i <= 100; i++) {
            reader.peer.arrive(10);
            loop.sleep(PATIENCE);
            assertEquals(10 * i, reader.received);
        }
        assertEquals(starved, loop.loop.metrics().receivesStarved.get());
        handles.forEach(handle -> handle.submit(IN_AND_END));
        assertTrue(loop.turnsUntilAsleep(count) >= 0, "the loop sleeps");
        handles.forEach(handle -> assertEquals(bytes, handle.received));
    }

    private List<FakeStreamHandle> openReaders(int count) {
        List<FakeStreamHandle> handles = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            FakeStreamHandle handle = loop.openStream(0);
            handle.reaction = events -> handle.readAll();
            handle.submit(IN_AND_END);
            handles.add(handle);
        }
        loop.turnsUntilAsleep(PATIENCE);
        return handles;
    }

    @Test
    void streamsReadByThemselvesWhileThereIsNoMemoryToReceiveInto() {
        faults.outOfMemory = true;
        FakeStreamHandle handle = loop.openStream(0);
        handle.reaction = events -> handle.readAll();
        handle.submit(IN_AND_END);
        loop.sleep(PATIENCE);
        handle.peer.arrive(5);
        loop.sleep(PATIENCE);
        assertEquals(5, handle.received);
        assertEquals(0, loop.loop.metrics().receives.get());
        assertEquals(1, faults.refusals, "it is not asked for turn by turn");
        faults.outOfMemory = false;
        for (int i = 0; i < 100; i++) {
            handle.peer.arrive(1);
            loop.turnsUntilAsleep(PATIENCE);
        }
        assertEquals(105, handle.received);
        assertTrue(loop.loop.metrics().receives.get() > 0, "there is memory again");
    }

    @Test
    void errorThatTheReceiveHasMetIsLeftToTheHandleWhoseRegistrationEnds() {
        FakeStreamHandle handle = loop.openStream(0);
        handle.submit(IN_AND_END);
        loop.turnsUntilAsleep(PATIENCE);
        FakeLoop.Handle first = loop.open();
        first.submit(IN);
        first.reaction = events -> handle.registration.cancel();
        loop.turnsUntilAsleep(PATIENCE);
        first.file.fire(IN);
        handle.peer.reset();
        loop.turns(PATIENCE);
        assertEquals(FakeStream.ECONNRESET, handle.keptFailure);
    }

    /** What the next enters do; and a kernel that never looks for an end behind data. */
    private final class Faults extends FakeFaults {
        final Queue<Integer> enters = new ArrayDeque<>();
        final Queue<Integer> accepted = new ArrayDeque<>();
        boolean acceptsNothing;
        boolean strangerOnSecondRing;
        boolean refusesPolls;
        /** What every receive ends with, or 0. */
        int receiveError;
        boolean outOfMemory;
        int refusals;

        @Override
        public int register(int opcode) {
            if (outOfMemory && opcode == Abi.REGISTER_PBUF_RING) {
                refusals++;
                throw new OutOfMemoryError();
            }
            return 0;
        }

        @Override
        public int enter(boolean overflowing) {
            if (strangerOnSecondRing && loop.loop.metrics().ringsReplaced.get() == 1) {
                // Its own probe, which comes before it is used, has gone well.
                strangerOnSecondRing = false;
                return -Errno.EEXIST;
            }
            return enters.isEmpty() ? 0 : enters.remove();
        }

        @Override
        public int result(int opcode, long userData) {
            if (UserData.kind(userData) == RequestKind.RECEIVE) {
                return -receiveError;
            }
            return refusesPolls && UserData.kind(userData) == RequestKind.POLL ? -Errno.EINVAL : 0;
        }

        @Override
        public int accepted(int submitted) {
            if (submitted == 0 || !acceptsNothing && accepted.isEmpty()) {
                return submitted;
            }
            return acceptsNothing ? 0 : Math.min(submitted, accepted.remove());
        }

        @Override
        public boolean hearsOfEnd() {
            return false;
        }
    }
}
