/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;

import java.io.IOException;
import java.net.Socket;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** A peer that sends a byte and waits for it to come back, over and over, in a thread of its own. */
final class Traffic implements AutoCloseable {
    private final Socket socket = new Socket();
    private final Thread thread;
    private volatile long echoes;
    private volatile boolean ended;

    Traffic(Channel listener) throws Exception {
        socket.setTcpNoDelay(true);
        socket.connect(listener.localAddress());
        thread = new Thread(this::run, "traffic");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            do {
                socket.getOutputStream().write(1);
            } while (socket.getInputStream().read() >= 0 && ++echoes > 0);
        } catch (IOException e) {
            // The test closes the socket when it has seen enough.
            ended = true;
        }
    }

    /** The number of round trips so far. */
    long echoes() {
        return echoes;
    }

    @Override
    public void close() throws Exception {
        socket.close();
        thread.join(5000);
        assertTrue(ended || !thread.isAlive());
    }
}
