/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import io.netty.channel.unix.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Where the memory of a buffer ring begins and ends, on kernels whose pages are of different sizes. */
class BufferRingTest {
    private static final int ENTRIES = 128;
    private static final int BUFFER_BYTES = 4096;
    private static final long AT_PAGESZ = 6;
    /** Memory may begin with a page by chance. Not so often. */
    private static final int RINGS = 40;

    @ParameterizedTest
    @ValueSource(ints = {4096, 16 * 1024, 64 * 1024})
    void aKernelWithPagesOfAnySizeTakesIt(int pageBytes) throws RingException {
        FakeKernel kernel = new FakeKernel(FakeOffer.everything().withPages(pageBytes));
        int probeFd = kernel.files().add(new FakeFile(true));
        List<Ring> rings = new ArrayList<>();
        List<BufferRing> all = new ArrayList<>();
        try {
            for (int i = 0; i < RINGS; i++) {
                Ring ring = Ring.open(kernel, 8, 8, RingFeature.allowedByProperties(), new RingCounters(),
                        (userData, result, flags) -> { });
                rings.add(ring);
                ring.enable(probeFd);
                all.add(BufferRing.register(ring, ENTRIES, BUFFER_BYTES));
            }
            for (BufferRing buffers : all) {
                // The kernel pins the ring's pages whole, so no buffer may be in them.
                assertEquals(0, buffers.address(0) % pageBytes);
                for (int id = 0; id < ENTRIES; id++) {
                    ByteBuffer view = buffers.view(id, 0, BUFFER_BYTES);
                    assertEquals(buffers.address(id), Buffer.memoryAddress(view) + view.position());
                }
            }
        } finally {
            rings.forEach(Ring::close);
            all.forEach(BufferRing::release);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4096, 16 * 1024, 64 * 1024})
    void itsMemoryHasAPageMoreThanIsNeededToBeginWithOne(int pageBytes) {
        assertEquals(pageBytes + 512 * 1024 + pageBytes, BufferRing.memoryBytes(ENTRIES, BUFFER_BYTES, pageBytes));
        assertEquals(3 * pageBytes, BufferRing.memoryBytes(1, 1, pageBytes));
    }

    @Test
    void theSystemTellsThePagesSize() throws Exception {
        int pageBytes = Native.kernel().pageBytes();
        assertTrue(Integer.bitCount(pageBytes) == 1 && pageBytes >= 4096, "bytes: " + pageBytes);
        assertEquals(auxiliary(AT_PAGESZ), pageBytes);
    }

    /** What the kernel has told this process when it started. */
    private static long auxiliary(long key) throws IOException {
        LongBuffer pairs = ByteBuffer.wrap(Files.readAllBytes(Path.of("/proc/self/auxv")))
                .order(ByteOrder.nativeOrder()).asLongBuffer();
        while (pairs.get() != key) {
            pairs.get();
        }
        return pairs.get();
    }
}
