/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import io.netty.channel.epoll.Native;
import io.netty.channel.unix.FileDescriptor;
import io.pollring.channel.IoUring;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Requests and their completions, on the kernel of this machine, take nothing from the heap. */
@Timeout(120)
class RequestAllocationTest {
    private static final int BATCH = 16;

    private final FileDescriptor fd = Native.newEventFd();
    private Ring ring;
    private long completions;

    @BeforeEach
    void open() throws RingException {
        assumeTrue(IoUring.isAvailable(), "there is no ring to be had");
        ring = Ring.open(io.pollring.ring.Native.kernel(), 2 * BATCH, 4 * BATCH, RingFeature.allowedByProperties(),
                new RingCounters(), (userData, result, flags) -> completions++);
        ring.enable(fd.intValue());
        completions = 0;
    }

    @AfterEach
    void close() throws IOException {
        if (ring != null) {
            ring.close();
        }
        fd.close();
    }

    /** Or the others would tell nothing. */
    @Test
    void anObjectThatIsMadeInEachCallIsFound() {
        AtomicReference<Object> kept = new AtomicReference<>();
        assertThrows(AssertionError.class, () -> Allocations.assertNone(() -> kept.set(new Object())));
    }

    @Test
    void aRequestAndItsCompletionAllocateNothing() throws Exception {
        Allocations.assertNone(() -> {
            long before = completions;
            for (int i = 0; i < BATCH; i++) {
                ring.submissionQueue().nop(i);
            }
            ring.submitNow();
            assertEquals(before + BATCH, completions);
        });
    }

    @Test
    void pollsThatAreArmedUpdatedAndTakenAwayAllocateNothing() throws Exception {
        Allocations.assertNone(() -> {
            long before = completions;
            ring.submissionQueue().pollAdd(fd.intValue(), Abi.POLLIN, true, 1);
            ring.submissionQueue().pollUpdate(1, Abi.POLLIN | Abi.POLLPRI, 2);
            ring.submissionQueue().cancel(1, 3);
            ring.submitNow();
            ring.collectLast();
            assertTrue(completions > before, "the poll is over");
        });
    }

    /** An eventfd is no socket: that they are refused does not change what it takes to ask. */
    @Test
    void sendsAndReceivesAllocateNothing() throws Exception {
        Allocations.assertNone(() -> {
            long before = completions;
            ring.submissionQueue().send(fd.intValue(), 1 << 20, 64, 1);
            ring.submissionQueue().receive(fd.intValue(), 0, 2);
            ring.submitNow();
            assertTrue(completions > before, "they are refused");
        });
    }
}
