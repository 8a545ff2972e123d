/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Reads requests up to the empty line that ends each, and answers with the text that the load generator expects. */
final class BlockingHttpServer extends BlockingServer {
    private static final String END = "\r\n\r\n";
    private static final String REPLY = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 13" + END
            + "Hello, World!";

    BlockingHttpServer(int firstWrong) throws IOException {
        super(firstWrong);
    }

    @Override
    byte[] reply(DataInputStream request) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(END) < 0) {
            text.append((char) request.readUnsignedByte());
        }
        if (!text.toString().startsWith("GET /plaintext HTTP/1.1\r\n")) {
            throw new IOException("no request: " + text);
        }
        return REPLY.getBytes(StandardCharsets.US_ASCII);
    }
}
