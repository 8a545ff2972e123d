/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.faults;

import java.util.Random;

/** A connection of the stress program: what it sends follows from the seed and its number. */
final class Connection {
    private final long seed;
    private final int id;
    private volatile Side client;
    private volatile Side server;
    private volatile boolean cutShort;

    Connection(long seed, int id) {
        this.seed = seed;
        this.id = id;
    }

    int id() {
        return id;
    }

    boolean isUnix() {
        return id % 2 == 0;
    }

    /** Whether neither side ends what it sends before it has all from the other. */
    boolean waits() {
        return id % 4 < 2;
    }

    /** Whether each side answers what it gets with a few bytes, which our channels leave to their loop to send. */
    boolean isChatty() {
        return id % 3 == 0;
    }

    /** How many bytes that side sends, unless it closes before. */
    long bytes(boolean ofClient) {
        Random random = random(ofClient);
        return Bytes.ID_BYTES + random.nextInt(1 << (8 + random.nextInt(isChatty() ? 5 : 11)));
    }

    Random random(boolean ofClient) {
        return new Random(seed * 1_000_003 + id * 2L + (ofClient ? 1 : 0));
    }

    void joined(Side side, boolean asClient, boolean closesEarly) {
        if (asClient) {
            client = side;
        } else {
            server = side;
        }
        cutShort |= closesEarly;
    }

    /** What has arrived is a prefix of what was sent, and all of it if nobody closed before. */
    String wrongEnd(boolean faultsEndConnections) {
        if (server == null) {
            return faultsEndConnections || cutShort ? null : "was never accepted";
        }
        if (server.received() > client.sent() || client.received() > server.sent()) {
            return "received more than was sent";
        }
        boolean complete = server.received() == client.sent() && client.received() == server.sent();
        return complete || cutShort || faultsEndConnections ? null : "ended before all had arrived";
    }

    @Override
    public String toString() {
        return "connection " + id + (isUnix() ? " (UNIX) " : " (TCP) ") + client + " " + server;
    }
}
