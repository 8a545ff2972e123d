/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import io.netty.channel.epoll.Native;
import io.netty.channel.unix.FileDescriptor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The epoll set on the kernel of this machine, and what it makes of a kernel that disagrees on what is watched. */
class EpollSetTest {
    private static final int CLOSED_FD = 1 << 20;

    private EpollSet set;
    private FileDescriptor eventFd;

    @BeforeEach
    void setUp() {
        set = new EpollSet(io.pollring.ring.Native.kernel(), Native.sizeofEpollEvent(), Native.offsetofEpollData());
        eventFd = Native.newEventFd();
    }

    @AfterEach
    void tearDown() throws IOException {
        set.close();
        set.close();
        eventFd.close();
    }

    private int fd() {
        return eventFd.intValue();
    }

    @Test
    void tellsOfWhatIsReadyUntilItIsTaken() throws RingException {
        assertEquals(0, set.set(fd(), Abi.POLLIN, false));
        assertEquals(0, set.await(0));
        Native.eventFdWrite(fd(), 1);
        for (int i = 0; i < 2; i++) {
            assertEquals(1, set.await(-1));
            assertEquals(fd(), set.eventFd(0));
            assertEquals(Abi.POLLIN, set.eventMask(0));
        }
        Native.eventFdRead(fd());
        assertEquals(0, set.await(1));
        assertEquals(4, set.waits());
    }

    @Test
    void changesTheMaskAndForgets() throws RingException {
        assertEquals(0, set.set(fd(), Abi.POLLIN, false));
        assertEquals(0, set.set(fd(), Abi.POLLOUT, true));
        assertEquals(1, set.await(0));
        assertEquals(Abi.POLLOUT, set.eventMask(0));
        assertEquals(0, set.remove(fd()));
        assertEquals(0, set.await(0));
        assertEquals(-Errno.ENOENT, set.remove(fd()));
        assertEquals(4, set.controls());
    }

    /** After a mask of 0 has taken the fd out, the next one must put it in again. */
    @Test
    void comesBackAfterItWasTakenOut() throws RingException {
        assertEquals(0, set.set(fd(), Abi.POLLOUT, false));
        assertEquals(0, set.remove(fd()));
        assertEquals(0, set.set(fd(), Abi.POLLOUT, true));
        assertEquals(1, set.await(0));
    }

    @Test
    void believesTheKernelThatAnFdIsWatchedAlready() throws RingException {
        assertEquals(0, set.set(fd(), Abi.POLLIN, false));
        assertEquals(0, set.set(fd(), Abi.POLLOUT, false));
        assertEquals(1, set.await(0));
        assertEquals(Abi.POLLOUT, set.eventMask(0));
    }

    @Test
    void answersTheKernelsRefusal() {
        assertEquals(-Errno.EBADF, set.set(CLOSED_FD, Abi.POLLIN, false));
        assertEquals(-Errno.EBADF, set.remove(CLOSED_FD));
        assertEquals(-Errno.EINVAL, set.set(set.fd(), Abi.POLLIN, false));
    }

    @Test
    void aSignalIsNoError() throws RingException {
        FakeKernel kernel = new FakeKernel(FakeOffer.everything());
        try (EpollSet fake = new EpollSet(kernel, 12, 4)) {
            // Nothing is ready, so the fake kernel ends the wait with EINTR.
            assertEquals(0, fake.await(-1));
            kernel.use(new FakeFaults() {
                @Override
                public int epollWait() {
                    return -Errno.EBADF;
                }
            });
            RingException e = assertThrows(RingException.class, () -> fake.await(0));
            assertEquals("epoll_wait of epoll fd " + fake.fd() + " failed with EBADF", e.getMessage());
        }
        assertEquals(0, kernel.files().count());
    }

    @Test
    void tellsMoreThanOneWaitCanHold() throws RingException {
        FakeKernel kernel = new FakeKernel(FakeOffer.everything());
        try (EpollSet fake = new EpollSet(kernel, 12, 4)) {
            for (int i = 0; i < 1500; i++) {
                int fd = kernel.files().open();
                kernel.files().get(fd).fire(Abi.POLLIN);
                fake.set(fd, Abi.POLLIN, false);
            }
            int first = fake.await(0);
            boolean[] seen = new boolean[1500];
            for (int i = 0; i < first; i++) {
                seen[fake.eventFd(i) - 100_001] = true;
            }
            int second = fake.await(0);
            for (int i = 0; i < second; i++) {
                seen[fake.eventFd(i) - 100_001] = true;
            }
            assertTrue(first + second >= 1500);
            for (boolean told : seen) {
                assertTrue(told);
            }
        }
    }
}
