/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.List;

/** What the server does, and how many connections ask it to. */
final class Workload {
    /** Bytes of a message. */
    static final int MESSAGE_SIZE = 64;
    /** The services a server offers; how each behaves is written at its handler. */
    static final List<String> SERVICES = List.of("echo", "ondemand", "ondemand-inline");
    private static final int MAX_CONNECTIONS = 65536;

    private final String service;
    private final int connections;

    Workload(String service, int connections) {
        if (!SERVICES.contains(service)) {
            throw new IllegalArgumentException("no workload '" + service + "': there are " + SERVICES);
        }
        if (connections < 1 || connections > MAX_CONNECTIONS) {
            throw new IllegalArgumentException(connections + " connections: must be in 1.." + MAX_CONNECTIONS);
        }
        this.service = service;
        this.connections = connections;
    }

    /** @param text such as {@code echo:64} */
    static Workload parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("workload '" + text + "': must be SERVICE:CONNECTIONS, as in echo:64");
        }
        try {
            return new Workload(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("workload '" + text + "': no number of connections", e);
        }
    }

    String service() {
        return service;
    }

    int connections() {
        return connections;
    }

    @Override
    public String toString() {
        return service + ':' + connections;
    }
}
