/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.atomic.AtomicInteger;

/** A thread per connection; from a given message on every reply has one wrong bit. */
final class BlockingEchoServer implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final AtomicInteger messages = new AtomicInteger();
    private final int firstWrong;

    BlockingEchoServer(int firstWrong) throws IOException {
        this.firstWrong = firstWrong;
        start(this::accept);
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "blocking echo");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return listener.getLocalPort();
    }

    /** How many have been answered. */
    int messages() {
        return messages.get();
    }

    private void accept() {
        try {
            while (!listener.isClosed()) {
                Socket connection = listener.accept();
                start(() -> serve(connection));
            }
        } catch (SocketException e) {
            if (!listener.isClosed()) {
                throw new IllegalStateException(e);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void serve(Socket socket) {
        byte[] message = new byte[WorkloadKind.ECHO.messageSize()];
        try (Socket connection = socket) {
            connection.setTcpNoDelay(true);
            DataInputStream input = new DataInputStream(connection.getInputStream());
            while (true) {
                input.readFully(message);
                if (messages.incrementAndGet() >= firstWrong) {
                    message[message.length - 1] ^= 1;
                }
                connection.getOutputStream().write(message);
            }
        } catch (EOFException e) {
            // The generator is done and has closed the connection: so are we.
        } catch (IOException e) {
            if (firstWrong > messages.get()) {
                throw new IllegalStateException(e);
            }
            // Who is sent a wrong reply hangs up on us, which may reset the connection.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
