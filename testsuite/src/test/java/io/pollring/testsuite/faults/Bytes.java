/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.faults;

import io.netty.buffer.ByteBuf;

/**
 * What one side of a connection sends: a stream in which each byte follows from its place, so that one that is lost,
 * comes twice or is another connection's shows at once. The first four of a client's say which connection it is.
 */
final class Bytes {
    static final int ID_BYTES = 4;

    private final int id;
    private final int salt;

    Bytes(int id, boolean client) {
        this.id = id;
        salt = id * 31 + (client ? 17 : 0);
    }

    private byte at(long place) {
        if (place < ID_BYTES) {
            return (byte) (id >>> 8 * (int) place);
        }
        long mixed = (place + 1) * 0x9E3779B97F4A7C15L ^ salt * 0xD1B54A32D192ED03L;
        return (byte) (mixed >>> 56);
    }

    void write(ByteBuf buffer, long place, int length) {
        for (int i = 0; i < length; i++) {
            buffer.writeByte(at(place + i));
        }
    }

    /** The place of the first byte that is wrong, or -1. */
    long firstWrong(ByteBuf received, long place) {
        int length = received.readableBytes();
        for (int i = 0; i < length; i++) {
            if (received.getByte(received.readerIndex() + i) != at(place + i)) {
                return place + i;
            }
        }
        return -1;
    }
}
