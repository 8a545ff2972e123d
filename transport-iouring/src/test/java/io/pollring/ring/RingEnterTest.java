/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import io.netty.util.internal.PlatformDependent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What an enter may answer, and that no request is lost or made twice whatever it is. */
class RingEnterTest {
    private final List<Long> completed = new ArrayList<>();
    private final Map<Long, Throwable> thrown = new HashMap<>();
    private final RingCounters counters = new RingCounters();
    private FakeKernel kernel;
    private Ring ring;

    private Ring open(FakeOffer offer, int sqEntries, int cqEntries) throws RingException {
        kernel = new FakeKernel(offer);
        ring = Ring.open(kernel, sqEntries, cqEntries, EnumSet.allOf(RingFeature.class), counters,
                (userData, result, flags) -> {
                    completed.add(userData);
                    if (thrown.containsKey(userData)) {
                        PlatformDependent.throwException(thrown.get(userData));
                    }
                });
        ring.enable(kernel.files().open());
        ring.submitAndRunTaskWork();
        completed.clear();
        return ring;
    }

    private Ring open(int sqEntries) throws RingException {
        return open(FakeOffer.everything(), sqEntries, Math.max(64, 2 * sqEntries));
    }

    @AfterEach
    void close() {
        ring.close();
        assertEquals(0, kernel.mappings());
    }

    private static List<Long> upTo(int count) {
        List<Long> numbers = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            numbers.add(i);
        }
        return numbers;
    }

    private void nops(int count) {
        for (int i = 0; i < count; i++) {
            ring.submissionQueue().nop(i);
        }
    }

    /** They are others' completions: what follows one whose handler has thrown is handed over, and once. */
    @Test
    void aHandlerThatThrowsLosesNoCompletion() throws RingException {
        open(8);
        thrown.put(1L, new OutOfMemoryError("on purpose"));
        thrown.put(3L, new AssertionError("on purpose"));
        nops(5);
        assertSame(thrown.get(1L), assertThrows(OutOfMemoryError.class, ring::submitNow));
        assertEquals(upTo(5), completed);
        assertEquals(0, ring.submitAndRunTaskWork());
        assertEquals(upTo(5), completed);
    }

    /** An enter that fails consumes nothing: the next one submits the same requests, once. */
    @ParameterizedTest
    @ValueSource(ints = {Errno.EINTR, Errno.EAGAIN, Errno.EBUSY, Errno.ETIME})
    void anEnterThatFailsForNowLosesNothing(int errno) throws RingException {
        open(8);
        int[] left = {3};
        kernel.use(new FakeFaults() {
            @Override
            public int enter(boolean overflowing) {
                return left[0]-- > 0 ? -errno : 0;
            }
        });
        nops(5);
        for (int i = 0; i < 3; i++) {
            assertEquals(0, ring.submitNow());
            assertEquals(5, ring.submissionQueue().pending());
        }
        assertEquals(5, ring.submitNow());
        assertEquals(upTo(5), completed);
        assertEquals(0, ring.submissionQueue().pending());
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.EBADF, Errno.EINVAL, Errno.EEXIST, Errno.EPERM, 14})
    void anEnterThatFailsForGoodEndsTheRing(int errno) throws RingException {
        open(8);
        kernel.use(new FakeFaults() {
            @Override
            public int enter(boolean overflowing) {
                return -errno;
            }
        });
        nops(1);
        RingException e = assertThrows(RingException.class, ring::submitNow);
        assertEquals(errno, e.errno());
        assertTrue(e.getMessage().contains("io_uring_enter of ring fd " + ring.fd()), e.getMessage());
        // Even if the kernel would take it now: its fd may be another file's.
        kernel.use(new FakeFaults());
        assertSame(e, assertThrows(RingException.class, ring::submitNow));
        assertSame(e, assertThrows(RingException.class, ring::submitAndWait));
        assertSame(e, assertThrows(RingException.class, () -> ring.submitAndWait(1)));
        assertSame(e, assertThrows(RingException.class, () -> ring.submissionQueue().reserve(8)));
        ring.collectLast();
        assertEquals(List.of(), completed);
        assertEquals(1, ring.submissionQueue().pending());
    }

    @Test
    void aPartialSubmitGoesOnWhereItStopped() throws RingException {
        open(16);
        kernel.use(new FakeFaults() {
            @Override
            public int accepted(int submitted) {
                return Math.min(submitted, 3);
            }
        });
        nops(10);
        int enters = kernel.calls("enter");
        while (completed.size() < 10) {
            ring.submitNow();
        }
        assertEquals(upTo(10), completed);
        // Within one call each enter that makes headway is followed by the next.
        assertTrue(kernel.calls("enter") - enters <= 5, kernel::toString);
        assertEquals(10, kernel.requests(Abi.OP_NOP) - 1);
    }

    /** Without SUBMIT_ALL: one call brings all of the batch to the kernel, with one more enter for each refusal. */
    @Test
    void refusedRequestsInTheMiddleDoNotHoldUpTheRest() throws RingException {
        open(FakeOffer.everything().without(RingFeature.SUBMIT_ALL).without(RingFeature.STREAM_IO), 16, 64);
        for (int i = 0; i < 9; i++) {
            if (i % 3 == 1) {
                // The ring is restricted to what it needs.
                ring.submissionQueue().send(0, 1, 1, i);
            } else {
                ring.submissionQueue().nop(i);
            }
        }
        int enters = kernel.calls("enter");
        ring.submitNow();
        assertEquals(upTo(9), completed);
        assertEquals(4, kernel.calls("enter") - enters);
    }

    @Test
    void aFullQueueSubmitsBeforeItTakesMore() throws RingException {
        open(4);
        nops(50);
        ring.submitNow();
        assertEquals(upTo(50), completed);
    }

    @Test
    void aFullQueueThatTheKernelNeverTakesIsAnError() throws RingException {
        open(2);
        kernel.use(new FakeFaults() {
            @Override
            public int enter(boolean overflowing) {
                return -Errno.EBUSY;
            }
        });
        nops(2);
        // Thrown unchecked: writing a request declares nothing.
        Throwable thrown = assertThrows(Throwable.class, () -> ring.submissionQueue().nop(2));
        assertEquals(RingException.class, thrown.getClass());
        assertEquals(Errno.EBUSY, ((RingException) thrown).errno());
        assertThrows(IllegalArgumentException.class, () -> ring.submissionQueue().reserve(3));
    }

    /** The kernel's flag tells of work that only an enter does. */
    @Test
    void entersForTaskWorkButNotForNothing() throws RingException {
        open(8);
        int fd = kernel.files().open();
        ring.submissionQueue().pollAdd(fd, Abi.POLLIN, true, 7);
        ring.submitNow();
        int enters = kernel.calls("enter");
        assertEquals(0, ring.submitNow());
        assertEquals(enters, kernel.calls("enter"));
        kernel.files().get(fd).fire(Abi.POLLIN);
        assertEquals(1, ring.submitNow());
        assertEquals(List.of(7L), completed);
    }

    /** No flag tells of all work there may be, so once in a while it enters all the same. */
    @Test
    void entersOnceInAWhileWhateverTheFlagSays() throws RingException {
        open(8);
        ring.submitNow();
        int enters = kernel.calls("enter");
        for (int i = 0; i < 100; i++) {
            ring.submitNow();
        }
        int made = kernel.calls("enter") - enters;
        assertTrue(made >= 2 && made <= 20, made + " enters");
    }

    /** One enter runs 20 work items: a full batch means that there may be more. */
    @Test
    void goesOnAfterAFullBatch() throws RingException {
        open(128);
        List<FakeFile> files = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            int fd = kernel.files().open();
            files.add(kernel.files().get(fd));
            ring.submissionQueue().pollAdd(fd, Abi.POLLIN, true, i);
        }
        ring.submitNow();
        files.forEach(file -> file.fire(Abi.POLLIN));
        assertEquals(20, ring.submitNow());
        assertEquals(20, ring.submitNow());
        assertEquals(10, ring.submitNow());
        assertEquals(0, ring.submitNow());
    }

    @Test
    void anOverflowIsCountedAndLosesNothing() throws RingException {
        open(FakeOffer.everything(), 4, 4);
        List<FakeFile> files = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            int fd = kernel.files().open();
            files.add(kernel.files().get(fd));
            ring.submissionQueue().pollAdd(fd, Abi.POLLIN, true, i);
        }
        ring.submitNow();
        long before = counters.overflows();
        files.forEach(file -> file.fire(Abi.POLLIN));
        for (int i = 0; i < 64 && completed.size() < 64; i++) {
            ring.submitNow();
        }
        completed.sort(null);
        assertEquals(upTo(64), completed);
        assertTrue(counters.overflows() > before);
        assertFalse(ring.hasLost());
    }

    @Test
    void lostCompletionsAreNoticed() throws RingException {
        open(FakeOffer.everything(), 4, 4);
        kernel.use(new FakeFaults() {
            @Override
            public boolean keeps(long userData, int result) {
                return false;
            }
        });
        List<FakeFile> files = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            int fd = kernel.files().open();
            files.add(kernel.files().get(fd));
            ring.submissionQueue().pollAdd(fd, Abi.POLLIN, true, i);
        }
        ring.submitNow();
        files.forEach(file -> file.fire(Abi.POLLIN));
        ring.submitNow();
        assertEquals(4, completed.size());
        assertTrue(ring.hasLost());
    }

    @Test
    void aHandlerThatThrowsLosesOnlyItsOwnCompletion() throws RingException {
        kernel = new FakeKernel(FakeOffer.everything());
        ring = Ring.open(kernel, 8, 8, EnumSet.allOf(RingFeature.class), counters, (userData, result, flags) -> {
            completed.add(userData);
            if (userData == 2) {
                throw new IllegalStateException("a handler in trouble");
            }
        });
        ring.enable(kernel.files().open());
        completed.clear();
        nops(5);
        assertThrows(IllegalStateException.class, ring::submitNow);
        while (completed.size() < 5) {
            ring.submitNow();
        }
        assertEquals(upTo(5), completed);
    }
}
