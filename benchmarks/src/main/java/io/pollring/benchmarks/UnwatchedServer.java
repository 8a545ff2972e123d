/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Echoes one message on each of so many connections, one after the other, and then only holds them: nothing watches
 * them, so that they show what a connection itself costs.
 */
final class UnwatchedServer implements Closeable {
    private static final int BACKLOG = 4096;

    private final ServerSocket listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    private final Queue<Socket> connections = new ConcurrentLinkedQueue<>();

    UnwatchedServer(int count, int messageSize) throws IOException {
        Thread thread = new Thread(() -> serve(count, messageSize), "unwatched server");
        thread.setDaemon(true);
        thread.start();
    }

    String port() {
        return Integer.toString(listener.getLocalPort());
    }

    private void serve(int count, int messageSize) {
        try {
            for (int i = 0; i < count; i++) {
                connections.add(listener.accept());
            }
            for (Socket connection : connections) {
                connection.getOutputStream().write(connection.getInputStream().readNBytes(messageSize));
            }
        } catch (IOException e) {
            if (!listener.isClosed()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket connection : connections) {
            connection.close();
        }
    }
}
