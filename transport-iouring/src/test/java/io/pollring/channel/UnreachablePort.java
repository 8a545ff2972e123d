/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import java.io.Closeable;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;

/**
 * A UDP port on which nobody listens, and which nobody gets: a socket that hears none but itself has it, so the kernel
 * answers all others that the port is unreachable. A port that was only free a moment ago may be given to the very channel
 * that is to find nobody there.
 */
final class UnreachablePort implements Closeable {
    private final DatagramSocket socket;

    UnreachablePort() throws SocketException {
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        socket.connect(socket.getLocalSocketAddress());
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    /** From now on there is somebody. */
    DatagramSocket listen() {
        socket.disconnect();
        return socket;
    }

    @Override
    public void close() {
        socket.close();
    }
}
