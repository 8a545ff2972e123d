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
import io.pollring.ring.UserData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a handle that the ring watches is told, and when it is no more the ring that does. */
class WatchingTest {
    private static final int IN = Abi.POLLIN;
    private static final int OUT = Abi.POLLOUT;
    private static final int RDHUP = Abi.POLLRDHUP;

    private FakeLoop loop;

    @BeforeEach
    void setUp() {
        loop = new FakeLoop(FakeOffer.everything(), 8, 32);
    }

    @AfterEach
    void tearDown() {
        loop.close();
    }

    @Test
    void tellsAgainOfWhatIsLeftBehind() {
        FakeLoop.Handle handle = loop.open().submit(IN);
        handle.file.fire(IN);
        loop.turns(5);
        assertTrue(handle.told.size() >= 3, () -> "told only " + handle.told);
        assertFalse(handle.reverted);
    }

    /** Data for a reader that has paused, of which the poll still tells, is no reason for epoll. */
    @Test
    void aPausedReaderStaysOnTheRing() {
        FakeLoop.Handle handle = loop.open().submit(IN | RDHUP);
        loop.turns(2);
        handle.submit(RDHUP);
        handle.file.fire(IN);
        loop.turns(5);
        assertEquals(List.of(), handle.told);
        assertFalse(handle.reverted, () -> "reverted: " + loop.loop.metrics().revertsByReason());
        handle.submit(IN | RDHUP);
        loop.turns(2);
        assertTrue(handle.told.contains(IN));
    }

    /** Half-closed by the peer, and only to be written: the kernel tells of RDHUP though nobody asks for it. */
    @Test
    void anUnwantedRdhupIsNotToldAndDoesNotKeepTheLoopBusy() {
        FakeLoop.Handle handle = loop.open().submit(OUT);
        loop.turns(2);
        handle.file.fire(RDHUP | IN);
        assertTrue(loop.turnsUntilAsleep(20) >= 0, "the loop spins");
        assertFalse(handle.reverted);
        assertEquals(List.of(), handle.told);
        handle.file.fire(OUT);
        loop.turns(2);
        assertTrue(handle.told.contains(OUT));
    }

    /** Only failures in a row are a reason to give up; the poll works in between. */
    @Test
    void aFailureNowAndThenDoesNotRevert() {
        FakeLoop.Handle handle = loop.open();
        handle.reaction = events -> handle.file.clear(events);
        boolean[] killOnce = new boolean[1];
        loop.kernel.use(new FakeFaults() {
            @Override
            public int victim(List<Long> armed) {
                for (int i = 0; i < armed.size() && killOnce[0]; i++) {
                    if (UserData.kind(armed.get(i)) == 1) {
                        killOnce[0] = false;
                        return i;
                    }
                }
                return -1;
            }
        });
        handle.submit(IN);
        loop.turns(2);
        for (int i = 0; i < 20; i++) {
            killOnce[0] = true;
            loop.turns(3);
            assertFalse(killOnce[0]);
            handle.file.fire(IN);
            loop.turns(2);
            assertEquals(i + 1, handle.told.size());
        }
        assertFalse(handle.reverted, () -> "reverted: " + loop.loop.metrics().revertsByReason());
    }

    @Test
    void constantFailureReverts() {
        FakeLoop.Handle handle = loop.open();
        loop.kernel.use(new FakeFaults() {
            @Override
            public int result(int opcode, long userData) {
                return UserData.kind(userData) == 1 ? -Errno.ENOMEM : 0;
            }
        });
        handle.submit(IN);
        handle.file.fire(IN);
        loop.turns(20);
        assertTrue(handle.reverted);
        assertEquals(1, loop.loop.metrics().revertsByReason().get("ENOMEM"));
        assertTrue(handle.told.contains(IN));
    }

    /** epoll tells an edge-triggered handle once; here, too, the loop has to sleep afterwards. */
    @Test
    void anEdgeTriggeredHandleDoesNotKeepTheLoopBusy() {
        int edgeTriggered = 1 << 31;
        FakeLoop.Handle handle = loop.open().submit(IN | OUT | edgeTriggered);
        handle.file.fire(OUT);
        assertTrue(loop.turnsUntilAsleep(20) >= 0, "the loop spins");
        int before = handle.told.size();
        assertTrue(before >= 1);
        handle.file.fire(IN);
        loop.turns(3);
        assertTrue(handle.told.size() > before);
    }
}
