/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.io.DataInputStream;
import java.io.IOException;

/** Echoes messages. */
final class BlockingEchoServer extends BlockingServer {
    BlockingEchoServer(int firstWrong) throws IOException {
        super(firstWrong);
    }

    @Override
    byte[] reply(DataInputStream request) throws IOException {
        byte[] message = new byte[WorkloadKind.ECHO.messageSize()];
        request.readFully(message);
        return message;
    }
}
