/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import javax.net.ServerSocketFactory;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.atomic.AtomicInteger;

/** A thread per connection; from a given message on the last byte of every reply has one wrong bit. */
abstract class BlockingServer implements AutoCloseable {
    private final ServerSocket listener;
    private final AtomicInteger messages = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger usedConnections = new AtomicInteger();
    private final int firstWrong;

    BlockingServer(int firstWrong) throws IOException {
        this(firstWrong, ServerSocketFactory.getDefault());
    }

    BlockingServer(int firstWrong, ServerSocketFactory sockets) throws IOException {
        listener = sockets.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.firstWrong = firstWrong;
        start(this::accept);
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "blocking server");
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

    /** How many have come, gone or not. */
    int connections() {
        return connections.get();
    }

    /** How many have asked for something. */
    int usedConnections() {
        return usedConnections.get();
    }

    private void accept() {
        try {
            while (!listener.isClosed()) {
                Socket connection = listener.accept();
                connections.incrementAndGet();
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
        try (Socket connection = socket) {
            connection.setTcpNoDelay(true);
            DataInputStream input = new DataInputStream(connection.getInputStream());
            for (boolean used = false;; used = true) {
                byte[] reply = reply(input);
                if (!used) {
                    usedConnections.incrementAndGet();
                }
                if (messages.incrementAndGet() >= firstWrong) {
                    reply[reply.length - 1] ^= 1;
                }
                connection.getOutputStream().write(reply);
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

    /** Reads one request, and makes what is to be answered: an array that may be changed. */
    abstract byte[] reply(DataInputStream request) throws IOException;

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
