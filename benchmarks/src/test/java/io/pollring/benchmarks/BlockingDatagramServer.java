/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.util.concurrent.atomic.AtomicInteger;

/** Echoes datagrams; from a given one on every reply has one wrong bit. */
final class BlockingDatagramServer implements AutoCloseable {
    private final DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    private final AtomicInteger messages = new AtomicInteger();
    private final int firstWrong;

    BlockingDatagramServer(int firstWrong) throws IOException {
        this.firstWrong = firstWrong;
        Thread thread = new Thread(this::serve, "blocking datagram echo");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return socket.getLocalPort();
    }

    /** How many have been answered. */
    int messages() {
        return messages.get();
    }

    private void serve() {
        DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
        try {
            while (true) {
                packet.setLength(packet.getData().length);
                socket.receive(packet);
                if (messages.incrementAndGet() >= firstWrong) {
                    packet.getData()[packet.getLength() - 1] ^= 1;
                }
                socket.send(packet);
            }
        } catch (SocketException e) {
            if (!socket.isClosed()) {
                throw new IllegalStateException(e);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
