/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

/** What the server does, and how many connections ask it to. */
final class Workload {
    /** All there is to compare. */
    static final String FULL = String.join(",", "echo:1,echo:16,echo:64,echo:512,echo:2048", "echo2k:64,echo4k:64",
            "ondemand:64,ondemand:2000", "writes10:64,flushes10:64", "stream:8,stream16k:64,upload:8,upload16k:64",
            "http:64,http-pipelined:64", "churn:64", "udp:64", "udp-burst:10,udp-burst:50", "domain:64", "proxy:64",
            "tls:64", "timers:1000", "foreign:64", "mostly-idle:1000", "idle:10000");
    /** For a first look. */
    static final String QUICK = "echo:64,echo:512,ondemand:64,churn:64";

    private static final int MAX_CONNECTIONS = 65536;
    /** As many as may wait to be accepted (the servers' backlog): one more, and a client would hang for a second. */
    private static final int MAX_CHURNING = 4096;
    /** What fits a socket's receive buffer. */
    private static final int MAX_BURST = 64;

    private final WorkloadKind kind;
    private final int connections;

    Workload(WorkloadKind kind, int connections) {
        int max = kind.isChurn() ? MAX_CHURNING : kind.isBurst() ? MAX_BURST : MAX_CONNECTIONS;
        if (connections < 1 || connections > max) {
            throw new IllegalArgumentException(
                    connections + (kind.isBurst() ? " datagrams" : " connections") + " for " + kind.label() + ": must be in 1.." + max);
        }
        this.kind = kind;
        this.connections = connections;
    }

    /** @param text such as {@code echo:64} */
    static Workload parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("workload '" + text + "': must be SERVICE:CONNECTIONS, as in echo:64");
        }
        WorkloadKind kind = WorkloadKind.of(text.substring(0, colon));
        int connections;
        try {
            connections = Integer.parseInt(text.substring(colon + 1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("workload '" + text + "': no number of connections", e);
        }
        return new Workload(kind, connections);
    }

    WorkloadKind kind() {
        return kind;
    }

    int connections() {
        return connections;
    }

    /** How many sockets the server has when all are connected. */
    int sockets() {
        return kind.isProxy() ? 2 * connections : connections;
    }

    /** Over how many messages exact counts are taken, where {@code messages} are taken for an echo. */
    long counted(long messages) {
        return kind.load().counted(messages, kind.isBurst() ? connections : kind.load().batch());
    }

    String describe() {
        return kind.describe(connections);
    }

    @Override
    public String toString() {
        return kind.label() + ':' + connections;
    }
}
