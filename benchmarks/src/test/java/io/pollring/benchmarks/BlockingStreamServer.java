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

/** Answers each number with the message that the load generator's streams expect. */
final class BlockingStreamServer extends BlockingServer {
    BlockingStreamServer(int firstWrong) throws IOException {
        super(firstWrong);
    }

    @Override
    byte[] reply(DataInputStream request) throws IOException {
        request.readLong();
        ByteBuffer message =
                ByteBuffer.allocate(WorkloadKind.STREAM.load().messageSize()).order(ByteOrder.nativeOrder());
        for (long word = 0; message.hasRemaining(); word++) {
            message.putLong(word * 0x9E3779B97F4A7C15L + 1);
        }
        return message.array();
    }
}
