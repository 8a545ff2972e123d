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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Interest with epoll's flag EPOLLONESHOT is over when it was told, until the handle submits again. */
class TellOnceTest {
    private static final int IN = Abi.POLLIN;
    private static final int OUT = Abi.POLLOUT;
    private static final int RDHUP = Abi.POLLRDHUP;
    private static final int HUP = Abi.POLLHUP;
    private static final int ERR = Abi.POLLERR;
    private static final int ONCE = 1 << 30;
    private static final int EDGE = 1 << 31;

    /** What watches the handle. */
    enum Watcher {
        RING,
        /** The kernel refuses the poll. */
        EPOLL;

        FakeLoop newLoop() {
            FakeLoop loop = new FakeLoop(FakeOffer.everything(), 8, 32);
            if (this == EPOLL) {
                loop.kernel.use(new FakeFaults() {
                    @Override
                    public int result(int opcode, long userData) {
                        return UserData.kind(userData) == RequestKind.POLL ? -Errno.EINVAL : 0;
                    }
                });
            }
            return loop;
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsToldBeforeTheNextSubmit(Watcher watcher) {
        try (FakeLoop loop = watcher.newLoop()) {
            FakeLoop.Handle handle = loop.open().submit(IN | ONCE);
            loop.turns(3);
            assertEquals(List.of(), handle.told);
            handle.file.fire(IN);
            assertSilentAfter(loop, handle, List.of(IN));
            for (int more : new int[] {IN, OUT, RDHUP, HUP, ERR}) {
                handle.file.fire(more);
                assertSilentAfter(loop, handle, List.of(IN));
            }
            handle.submit(IN | ONCE);
            assertSilentAfter(loop, handle, List.of(IN, IN | HUP | ERR));
            handle.submit(IN);
            loop.turns(3);
            assertTrue(handle.told.size() > 3, handle.told::toString);
        }
    }

    @ParameterizedTest
    @EnumSource
    void errorsAndHangUpsAreToldOnceAsWell(Watcher watcher) {
        try (FakeLoop loop = watcher.newLoop()) {
            for (int event : new int[] {HUP, ERR}) {
                FakeLoop.Handle handle = loop.open().submit(OUT | ONCE);
                loop.turns(3);
                handle.file.fire(event);
                assertSilentAfter(loop, handle, List.of(event));
                handle.submit(OUT | ONCE);
                assertSilentAfter(loop, handle, List.of(event, event));
            }
        }
    }

    /** The ring adds POLLRDHUP to each poll. That must neither count as told, nor keep the loop busy. */
    @ParameterizedTest
    @EnumSource
    void whatWasNotAskedForDoesNotCount(Watcher watcher) {
        try (FakeLoop loop = watcher.newLoop()) {
            FakeLoop.Handle handle = loop.open().submit(OUT | ONCE);
            loop.turns(3);
            handle.file.fire(RDHUP | IN);
            assertSilentAfter(loop, handle, List.of());
            handle.file.fire(OUT);
            assertSilentAfter(loop, handle, List.of(OUT));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoSubmitsWhileItIsToldIsToldAgain(Watcher watcher) {
        for (int flags : new int[] {ONCE, ONCE | EDGE}) {
            try (FakeLoop loop = watcher.newLoop()) {
                FakeLoop.Handle handle = loop.open();
                handle.reaction = events -> {
                    if (handle.told.size() < 3) {
                        handle.submit(IN | flags);
                    }
                };
                handle.submit(IN | flags);
                handle.file.fire(IN);
                assertSilentAfter(loop, handle, List.of(IN, IN, IN));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void revertingDoesNotTellAgain(Watcher watcher) {
        try (FakeLoop loop = watcher.newLoop()) {
            FakeLoop.Handle handle = loop.open().submit(IN | ONCE);
            handle.file.fire(IN);
            assertSilentAfter(loop, handle, List.of(IN));
            loop.loop.revert(handle, "test");
            assertSilentAfter(loop, handle, List.of(IN));
            handle.submit(IN | ONCE);
            assertSilentAfter(loop, handle, List.of(IN, IN));
        }
    }

    private static void assertSilentAfter(FakeLoop loop, FakeLoop.Handle handle, List<Integer> told) {
        assertTrue(loop.turnsUntilAsleep(20) >= 0, "the loop spins");
        loop.turns(3);
        assertEquals(told, handle.told);
    }
}
