/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads messages to their ends and answers each with its number and, added to it, what a look at its bytes gives. */
final class BlockingUploadServer extends BlockingServer {
    private final int size;

    BlockingUploadServer(int firstWrong, int size) throws IOException {
        super(firstWrong);
        this.size = size;
    }

    @Override
    byte[] reply(DataInputStream request) throws IOException {
        byte[] message = new byte[size];
        request.readFully(message);
        long reply = ByteBuffer.wrap(message).order(ByteOrder.nativeOrder()).getLong();
        long hash = 0;
        for (int i = 1024; i < size; i += 1024) {
            hash = hash * 31 + (message[i] & 0xFF);
        }
        return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(reply + hash).array();
    }
}
