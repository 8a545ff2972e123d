/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertFalse;

/** A TCP address that answers no attempt to connect: a listener whose queue is full, and that accepts nothing. */
final class SilentListener implements AutoCloseable {
    private static final int MORE_THAN_THE_QUEUE_TAKES = 8;

    private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final List<SocketChannel> queued = new ArrayList<>();

    SilentListener() throws Exception {
        int connected = 0;
        for (int i = 0; i < MORE_THAN_THE_QUEUE_TAKES; i++) {
            SocketChannel channel = SocketChannel.open();
            queued.add(channel);
            channel.configureBlocking(false);
            // On loopback the handshake is over when this returns, if there is room for the connection.
            if (channel.connect(address()) || channel.finishConnect()) {
                connected++;
            }
        }
        assertFalse(connected == MORE_THAN_THE_QUEUE_TAKES, "the queue has no end");
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel channel : queued) {
            channel.close();
        }
        listener.close();
    }
}
