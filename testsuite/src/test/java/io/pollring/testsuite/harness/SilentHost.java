/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/**
 * An address on the loopback interface where a connection attempt gets no answer, because the listener there has a full
 * queue. Some of Netty's tests want such a host; by default they take one that is elsewhere, and then what they see
 * depends on the network of the machine.
 */
final class SilentHost {

    private static final int CONNECT_TIMEOUT_MILLIS = 300;
    private static final int MAX_CONNECTIONS = 64;

    private final ServerSocket listener;
    /** Kept, because the queue must stay full for as long as the tests run. */
    private final List<Socket> queued = new ArrayList<>();

    SilentHost() throws IOException {
        listener = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        while (connectIsAnswered()) {
            if (queued.size() > MAX_CONNECTIONS) {
                throw new IOException("a listener with a backlog of 1 takes more than " + MAX_CONNECTIONS
                        + " connections");
            }
        }
    }

    private boolean connectIsAnswered() throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort()),
                    CONNECT_TIMEOUT_MILLIS);
            queued.add(socket);
            return true;
        } catch (SocketTimeoutException e) {
            socket.close();
            return false;
        }
    }

    /** Tells Netty's tests; must come before their class {@code SocketTestPermutation} is loaded. */
    void announce() {
        System.setProperty("io.netty.testsuite.badHost", listener.getInetAddress().getHostAddress());
        System.setProperty("io.netty.testsuite.badPort", Integer.toString(listener.getLocalPort()));
    }
}
