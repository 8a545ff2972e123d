/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import javax.net.ssl.SSLContext;
import java.io.DataInputStream;
import java.io.IOException;

/** Echoes messages, each once or several times. */
final class BlockingEchoServer extends BlockingServer {
    private final int copies;

    BlockingEchoServer(int firstWrong) throws IOException {
        this(firstWrong, 1);
    }

    BlockingEchoServer(int firstWrong, int copies) throws IOException {
        super(firstWrong);
        this.copies = copies;
    }

    /** Each message and each reply is a record of TLS. */
    BlockingEchoServer(int firstWrong, SSLContext tls) throws IOException {
        super(firstWrong, tls.getServerSocketFactory());
        copies = 1;
    }

    @Override
    byte[] reply(DataInputStream request) throws IOException {
        int size = WorkloadKind.ECHO.load().messageSize();
        byte[] reply = new byte[size * copies];
        request.readFully(reply, 0, size);
        for (int copy = 1; copy < copies; copy++) {
            System.arraycopy(reply, 0, reply, copy * size, size);
        }
        return reply;
    }
}
