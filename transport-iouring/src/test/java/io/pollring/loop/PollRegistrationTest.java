/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.IoOps;
import io.netty.channel.epoll.EpollIoOps;
import io.pollring.ring.Abi;
import io.pollring.ring.Errno;
import io.pollring.ring.FakeFaults;
import io.pollring.ring.FakeOffer;
import io.pollring.ring.UserData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.UncheckedIOException;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a registration answers to its user, and what becomes of fds that cannot be watched. */
class PollRegistrationTest {
    private static final int IN = Abi.POLLIN;
    private static final int OUT = Abi.POLLOUT;
    private static final int OP_POLL_ADD = 6;

    private FakeLoop loop;

    @BeforeEach
    void setUp() {
        loop = new FakeLoop(FakeOffer.everything(), 8, 32);
        loop.turns(2);
    }

    @AfterEach
    void tearDown() {
        loop.close();
        assertEquals(0, loop.kernel.files().count());
        assertEquals(0, loop.kernel.mappings());
    }

    private int pollsAdded() {
        return loop.kernel.requests(OP_POLL_ADD);
    }

    @Test
    void registeringArmsNothing() {
        int before = pollsAdded();
        FakeLoop.Handle handle = loop.open();
        handle.file.fire(IN | OUT | Abi.POLLHUP);
        assertTrue(loop.turn());
        assertEquals(before, pollsAdded());
        assertEquals(List.of(), handle.told);
    }

    @Test
    void manyChangesInOneTurnAreOneRequest() {
        FakeLoop.Handle handle = loop.open();
        int before = pollsAdded();
        for (int i = 0; i < 100; i++) {
            handle.submit(IN).submit(0).submit(IN | OUT).submit(OUT);
        }
        loop.turn();
        assertEquals(before + 1, pollsAdded());
        assertEquals(0, loop.loop.metrics().pollUpdates.get() + loop.loop.metrics().pollRemoves.get());
    }

    /** A reader that pauses and goes on before anything has come costs no request at all. */
    @Test
    void interestThatComesBackInTimeCostsNothing() {
        FakeLoop.Handle handle = loop.open().submit(IN);
        loop.turns(2);
        long sqes = loop.loop.metrics().ring.submitted();
        for (int i = 0; i < 10; i++) {
            handle.submit(0);
            loop.turn();
            handle.submit(IN);
            loop.turn();
        }
        assertEquals(sqes, loop.loop.metrics().ring.submitted());
        handle.file.fire(IN);
        loop.turn();
        assertEquals(List.of(IN), handle.told);
    }

    @Test
    void cancelAnswersTrueOnce() {
        FakeLoop.Handle handle = loop.open().submit(IN);
        loop.turn();
        assertTrue(handle.registration.isValid());
        assertTrue(handle.registration.cancel());
        assertFalse(handle.registration.isValid());
        assertFalse(handle.registration.cancel());
        assertEquals(1, handle.unregistered);
        assertEquals(0, loop.loop.registrations());
        handle.closeFd();
        assertTrue(handle.file.isReleased());
    }

    @Test
    void submitAfterCancelIsQuietlyRefused() {
        FakeLoop.Handle handle = loop.open();
        assertEquals(IN, handle.registration.submit(EpollIoOps.EPOLLIN));
        handle.registration.cancel();
        int before = pollsAdded();
        assertEquals(-1, handle.registration.submit(EpollIoOps.EPOLLIN));
        loop.turn();
        assertEquals(before, pollsAdded());
        handle.closeFd();
    }

    @Test
    void foreignOpsAreRefused() {
        FakeLoop.Handle handle = loop.open();
        IoOps foreign = new IoOps() { };
        assertThrows(IllegalArgumentException.class, () -> handle.registration.submit(foreign));
        assertThrows(IllegalArgumentException.class, () -> handle.registration.submit(null));
    }

    @Test
    void anotherThreadsCancellationHopsToTheLoop() {
        FakeLoop.Handle handle = loop.open().submit(IN);
        loop.turn();
        handle.file.fire(IN);
        loop.inLoop = false;
        assertTrue(handle.registration.cancel());
        assertFalse(handle.registration.cancel());
        loop.inLoop = true;
        assertEquals(0, handle.unregistered);
        assertEquals(1, loop.loop.registrations());
        loop.turn();
        assertEquals(List.of(), handle.told);
        assertEquals(1, handle.unregistered);
        assertEquals(0, loop.loop.registrations());
        handle.closeFd();
        assertTrue(handle.file.isReleased());
    }

    @Test
    void aClosedFdIsRefusedAtOnceOnTheLoop() {
        FakeLoop.Handle handle = loop.open();
        handle.closeFd();
        UncheckedIOException e = assertThrows(UncheckedIOException.class, () -> handle.submit(IN));
        assertTrue(e.getMessage().contains("closed fd " + handle.fd().intValue()), e.getMessage());
    }

    /** Its number may be a stranger's already. */
    @Test
    void anFdThatAnotherThreadHasClosedIsNotPolled() {
        FakeLoop.Handle handle = loop.open();
        loop.inLoop = false;
        handle.submit(IN);
        loop.inLoop = true;
        handle.closeFd();
        FakeLoop.Handle stranger = loop.open();
        assertEquals(handle.fd().intValue(), stranger.fd().intValue());
        stranger.file.fire(IN);
        int before = pollsAdded();
        loop.turns(3);
        assertEquals(before, pollsAdded());
        assertEquals(List.of(), handle.told);
        // The loop cannot know that a cancellation is on its way; who sees channels can.
        assertEquals(1, loop.failures.size(), loop.failures::toString);
        handle.registration.cancel();
    }

    @Test
    void anFdThatIsClosedBehindTheLoopsBackFailsItsHandleOnly() {
        FakeLoop.Handle handle = loop.open();
        FakeLoop.Handle other = loop.open().submit(IN);
        handle.submit(IN);
        // close(2), but not through the handle.
        loop.kernel.files().close(handle.fd().intValue());
        loop.turns(3);
        assertEquals(1, loop.failures.size());
        assertTrue(loop.failures.get(0).getMessage().contains("EBADF"), loop.failures::toString);
        other.file.fire(IN);
        loop.turn();
        assertEquals(List.of(IN), other.told);
        handle.registration.cancel();
        // So that the end of the test does not close it once more.
        assertEquals(handle.fd().intValue(), loop.kernel.files().open());
        handle.closeFd();
    }

    /** Always ready and without a wait queue: io_uring's poll ends each time, and epoll says EPERM. */
    @Test
    void aRegularFileFailsItsHandleAsWithEpoll() {
        FakeLoop.Handle handle = loop.openRegularFile().submit(IN);
        assertTrue(loop.turnsUntilAsleep(30) >= 0, "the loop spins");
        assertEquals(1, loop.failures.size());
        assertTrue(loop.failures.get(0).getMessage().contains("EPERM"), loop.failures::toString);
        handle.registration.cancel();
        handle.closeFd();
    }

    @Test
    void eachRefusalRevertsAndIsCounted() {
        int[] errors = {Errno.EINVAL, Errno.EPERM, Errno.EACCES, Errno.EOPNOTSUPP};
        for (int error : errors) {
            loop.kernel.use(new FakeFaults() {
                @Override
                public int result(int opcode, long userData) {
                    return opcode == OP_POLL_ADD && UserData.kind(userData) == 1 ? -error : 0;
                }
            });
            FakeLoop.Handle handle = loop.open().submit(IN);
            loop.turns(3);
            assertTrue(handle.reverted);
            assertEquals(1, loop.loop.metrics().revertsByReason().get(Errno.name(error)));
            handle.file.fire(IN);
            loop.turn();
            loop.turn();
            // Level-triggered: what was left behind is told again.
            assertTrue(handle.told.size() >= 2, () -> Errno.name(error) + ": told " + handle.told);
            handle.submit(0);
            int told = handle.told.size();
            assertTrue(loop.turnsUntilAsleep(5) >= 0, "the loop spins");
            assertEquals(told, handle.told.size());
            // After a mask of 0 the next one is a fresh start.
            handle.submit(IN);
            loop.turns(2);
            assertTrue(handle.told.size() > told);
            handle.registration.cancel();
            handle.closeFd();
            assertTrue(handle.file.isReleased());
        }
        assertEquals(errors.length, loop.loop.metrics().reverts.get());
    }

    @Test
    void aHandleThatThrowsHurtsNobodyElse() {
        FakeLoop.Handle first = loop.open().submit(IN);
        FakeLoop.Handle second = loop.open().submit(IN);
        loop.turn();
        first.reaction = events -> {
            throw new StackOverflowError("on purpose");
        };
        first.file.fire(IN);
        second.file.fire(IN);
        loop.turns(2);
        assertTrue(first.told.size() >= 1);
        assertTrue(second.told.size() >= 1);
    }
}
