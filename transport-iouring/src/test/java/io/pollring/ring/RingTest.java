/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import io.netty.channel.epoll.Native;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.FileDescriptor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The ring on the kernel of this machine. */
@Timeout(30)
class RingTest {
    private final Kernel kernel = io.pollring.ring.Native.kernel();
    private final List<AutoCloseable> resources = new ArrayList<>();
    /** The results by user data, in the order of their coming. */
    private final Map<Long, List<Integer>> results = new HashMap<>();
    private final Set<Long> ended = new HashSet<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable resource : resources) {
            resource.close();
        }
    }

    private Ring open(int sqEntries, int cqEntries, Set<RingFeature> allowed) throws IOException {
        Ring ring = Ring.open(kernel, sqEntries, cqEntries, allowed, new RingCounters(), (userData, result, flags) -> {
            if (UserData.kind(userData) == 0) {
                return; // The probe's.
            }
            results.computeIfAbsent(userData, u -> new ArrayList<>()).add(result);
            if ((flags & Abi.CQE_F_MORE) == 0) {
                ended.add(userData);
            }
        });
        resources.add(ring);
        ring.enable(eventFd());
        return ring;
    }

    private int eventFd() {
        FileDescriptor fd = Native.newEventFd();
        resources.add(fd::close);
        return fd.intValue();
    }

    private static long id(int number) {
        return UserData.encode(1, number, 0);
    }

    private static Set<RingFeature> all() {
        return EnumSet.allOf(RingFeature.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8, 256})
    void aFullQueueSubmitsFirst(int entries) throws IOException {
        Ring ring = open(entries, Math.max(entries, 2048), all());

        for (int i = 0; i < 1000; i++) {
            ring.submissionQueue().nop(id(i));
        }
        while (results.size() < 1000) {
            ring.submitAndWait();
        }

        assertEquals(0, ring.submissionQueue().pending());
        for (int i = 0; i < 1000; i++) {
            assertEquals(List.of(0), results.get(id(i)));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 4096", "128, 2048", "128, 4096", "256, 1024", "512, 100"})
    void everyBufferOfARingIsItsOwn(int entries, int bytes) throws IOException {
        Ring ring = open(8, 8, all());
        assumeTrue(ring.has(RingFeature.STREAM_IO), "this kernel has no batched I/O, which buffer rings are for");
        BufferRing buffers = BufferRing.register(ring, entries, bytes);
        try {
            for (int i = 0; i < entries; i++) {
                ByteBuffer view = buffers.view(i, 0, bytes);
                assertEquals(buffers.address(i), Buffer.memoryAddress(view) + view.position());
                for (int k = view.position(); k < view.limit(); k++) {
                    view.put(k, (byte) i);
                }
            }
            for (int i = 0; i < entries; i++) {
                ByteBuffer view = buffers.view(i, 0, bytes);
                for (int k = view.position(); k < view.limit(); k++) {
                    assertEquals((byte) i, view.get(k));
                }
            }
        } finally {
            ring.close();
            buffers.release();
        }
    }

    @Test
    void aRevokedRequestDoesNothing() throws IOException {
        Ring ring = open(8, 8, all());
        SubmissionQueue queue = ring.submissionQueue();
        queue.nop(id(1));
        int revoked = queue.position();
        queue.pollAdd(eventFd(), Abi.POLLOUT, false, id(2));
        queue.nop(id(3));

        queue.revoke(revoked);
        ring.submitAndWait();

        assertEquals(List.of(0), results.get(id(1)));
        // The NOP that it has become; a kernel that cannot keep its answer back gives it.
        assertEquals(ring.has(RingFeature.CQE_SKIP) ? null : List.of(0), results.get(id(2)));
        assertEquals(List.of(0), results.get(id(3)));
        assertEquals(0, queue.pending());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anOverflowingCompletionQueueLosesNothing(boolean deferTaskrun) throws IOException {
        Set<RingFeature> allowed = all();
        if (!deferTaskrun) {
            allowed.remove(RingFeature.DEFER_TASKRUN);
        }
        Ring ring = open(4, 4, allowed);
        int[] fds = new int[64];
        for (int i = 0; i < fds.length; i++) {
            fds[i] = eventFd();
            ring.submissionQueue().pollAdd(fds[i], Abi.POLLIN, true, id(i));
        }
        ring.submitNow();
        assertTrue(results.isEmpty());

        for (int fd : fds) {
            Native.eventFdWrite(fd, 1);
        }
        while (results.size() < fds.length) {
            ring.submitAndWait();
        }

        for (int i = 0; i < fds.length; i++) {
            assertEquals(Abi.POLLIN, results.get(id(i)).get(0));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRefusedRequestDoesNotStopThoseBehindIt(boolean submitAll) throws IOException {
        Set<RingFeature> allowed = all();
        // So the ring is restricted to other requests than sends.
        allowed.remove(RingFeature.STREAM_IO);
        if (!submitAll) {
            allowed.remove(RingFeature.SUBMIT_ALL);
        }
        Ring ring = open(16, 32, allowed);
        assumeTrue(!submitAll || ring.has(RingFeature.SUBMIT_ALL), "this kernel has no SUBMIT_ALL");
        assertTrue(submitAll || !ring.has(RingFeature.SUBMIT_ALL));

        for (int i = 0; i < 8; i++) {
            if (i == 3 || i == 4) {
                ring.submissionQueue().send(eventFd(), 1, 1, id(i));
            } else {
                ring.submissionQueue().pollAdd(eventFd(), Abi.POLLOUT, false, id(i));
            }
        }
        while (results.size() < 8) {
            ring.submitAndWait();
        }

        for (int i = 0; i < 8; i++) {
            assertEquals(List.of(i == 3 || i == 4 ? -Errno.EACCES : Abi.POLLOUT), results.get(id(i)));
        }
    }

    @ParameterizedTest
    @EnumSource(value = RingFeature.class, mode = EnumSource.Mode.EXCLUDE,
            names = {"MULTISHOT_POLL", "POLL_UPDATE", "EXT_ARG", "NO_DROP", "RESTRICTIONS"})
    void pollsWorkWithoutAFeature(RingFeature without) throws IOException {
        Set<RingFeature> allowed = all();
        allowed.remove(without);

        Ring ring = open(8, 16, allowed);

        assertFalse(ring.has(without));
        assertPollsWork(ring);
    }

    @Test
    void pollsWorkWithWhatIsRequired() throws IOException {
        Ring ring = open(8, 16, RingFeature.REQUIRED);

        assertEquals(RingFeature.REQUIRED, ring.features());
        assertPollsWork(ring);
    }

    @Test
    void pollsWorkWithAllFeatures() throws IOException {
        assertPollsWork(open(8, 16, all()));
    }

    private void assertPollsWork(Ring ring) throws IOException {
        int fd = eventFd();
        ring.submissionQueue().pollAdd(fd, Abi.POLLIN, true, id(1));
        ring.submitNow();
        assertFalse(results.containsKey(id(1)));

        Native.eventFdWrite(fd, 1);
        while (!results.containsKey(id(1))) {
            ring.submitAndWait();
        }
        assertEquals(List.of(Abi.POLLIN), results.get(id(1)));
        assertFalse(ended.contains(id(1)));

        int idle = eventFd();
        ring.submissionQueue().pollAdd(idle, Abi.POLLIN, true, id(2));
        ring.submissionQueue().cancel(id(2), id(3));
        while (!ended.contains(id(2))) {
            ring.submitAndRunTaskWork();
        }
        assertEquals(List.of(-Errno.ECANCELED), results.get(id(2)));
    }

    @Test
    void aTimedWaitEnds() throws IOException {
        Ring ring = open(8, 16, all());
        long start = System.nanoTime();

        assertEquals(0, ring.submitAndWait(20_000_000));

        assertTrue(System.nanoTime() - start >= 20_000_000);
        assertThrows(IllegalArgumentException.class, () -> ring.submitAndWait(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 32769, Integer.MAX_VALUE})
    void sizesOutOfRangeAreRefused(int entries) {
        assertThrows(IllegalArgumentException.class,
                () -> Ring.open(kernel, entries, 65536, all(), new RingCounters(), (u, r, f) -> { }));
        assertThrows(IllegalArgumentException.class,
                () -> Ring.open(kernel, 8, 4, all(), new RingCounters(), (u, r, f) -> { }));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 32768})
    void sizesInRangeAreMade(int entries) throws IOException {
        assertPollsWork(open(entries, Math.max(entries, 4), all()));
    }

    @Test
    void aClosedRingLeavesNoFdAndClosesOnce() throws IOException {
        int before = openRings();
        for (int i = 0; i < 100; i++) {
            Ring ring = Ring.open(kernel, 8, 16, all(), new RingCounters(), (u, r, f) -> { });
            assertTrue(ring.isOpen());
            ring.close();
            ring.close();
            assertFalse(ring.isOpen());
        }
        assertEquals(before, openRings());
    }

    @Test
    void anotherThreadIsToldThatTheRingIsNotIts() throws Exception {
        Ring ring = open(8, 16, all());
        assumeTrue(ring.has(RingFeature.DEFER_TASKRUN), "this kernel has no DEFER_TASKRUN: its rings have no owner");
        List<RingException> thrown = new ArrayList<>();

        Thread stranger = new Thread(() -> {
            try {
                ring.submitAndRunTaskWork();
            } catch (RingException e) {
                thrown.add(e);
            }
        });
        stranger.start();
        stranger.join();

        assertEquals(Errno.EEXIST, thrown.get(0).errno());
        assertTrue(thrown.get(0).getMessage().contains("io_uring_enter of ring fd " + ring.fd()));
        assertTrue(thrown.get(0).getMessage().contains("EEXIST"));
    }

    @Test
    void aForbiddenOpcodeIsRefusedByTheRestrictedRing() throws IOException {
        Ring ring = open(8, 16, all());

        // No register call but ENABLE_RINGS is allowed, and that one is over.
        assertEquals(-Errno.EACCES, kernel.register(ring.fd(), Abi.REGISTER_PROBE, null, 0));
    }

    /** Not all descriptors: the JVM opens files of its own, and the listing has one, too. */
    private static int openRings() throws IOException {
        int rings = 0;
        for (File link : new File("/proc/self/fd").listFiles()) {
            try {
                rings += Files.readSymbolicLink(link.toPath()).toString().contains("[io_uring]") ? 1 : 0;
            } catch (NoSuchFileException e) {
                // Closed since it was listed: no ring of this test's.
                continue;
            }
        }
        return rings;
    }
}
