/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import java.util.Random;
import java.util.zip.CRC32;

/** Bytes that look alike nowhere, and what their checksum is. */
final class Noise {
    private static final int CHUNK = 64 * 1024;

    private final int chunks;
    private final byte[] bytes = new byte[CHUNK + 1_000];

    Noise(int chunks) {
        this.chunks = chunks;
        new Random(1).nextBytes(bytes);
    }

    int chunks() {
        return chunks;
    }

    long length() {
        return (long) chunks * CHUNK;
    }

    /** Each begins elsewhere, so that none can be taken for another. */
    ByteBuf chunk(int index) {
        return Unpooled.wrappedBuffer(bytes, index % 1_000, CHUNK);
    }

    long checksum() {
        CRC32 checksum = new CRC32();
        for (int i = 0; i < chunks; i++) {
            checksum.update(bytes, i % 1_000, CHUNK);
        }
        return checksum.getValue();
    }
}
