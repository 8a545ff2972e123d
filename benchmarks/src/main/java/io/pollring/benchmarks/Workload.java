/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.List;

/**
 * What the server does, and how many connections ask it to.
 *
 * @param connections the number that the workload has, of most of them how many connections there are
 * @param rate        how many messages a second are sent, {@code null} for as many as are answered
 */
record Workload(WorkloadKind kind, int connections, Rate rate) {
    /** All there is to compare. */
    static final String FULL = String.join(",", "echo:1,echo:16,echo:64,echo:512,echo:2048", "echo2k:64,echo4k:64",
            "ondemand:64,ondemand:2000", "writes10:64,flushes10:64", "stream:8,stream16k:64,upload:8,upload16k:64",
            "http:64,http-pipelined:64", "churn:64", "udp:64", "udp-burst:10,udp-burst:50",
            "quic:8,quic-gso:8", "domain:64", "proxy:64", "tls:64", "timers:1000", "foreign:64", "mostly-idle:1000",
            "rate:20%:64,rate:70%:64", "loops:1,loops:2,loops:4", "scheduled:100000", "cold:64", "idle:10000",
            "handover:1,handover:4");
    /** Ten busy connections, and what else there is for the loop to hold grows. */
    static final String GROW = String.join(",", "mostly-idle:1000,mostly-idle:10000,mostly-idle:100000",
            "scheduled:1000,scheduled:10000,scheduled:100000,scheduled:1000000");
    /** For a first look. */
    static final String QUICK = "echo:64,echo:512,ondemand:64,churn:64";

    private static final int MAX_CONNECTIONS = 65536;
    /** As many as may wait to be accepted (the servers' backlog): one more, and a client would hang for a second. */
    private static final int MAX_CHURNING = 4096;
    /** What fits a socket's receive buffer. */
    private static final int MAX_BURST = 64;
    private static final int MAX_THREADS = 64;
    /** Each has a socket, and megabytes that its windows allow, in a generator of one thread. */
    private static final int MAX_QUIC = 256;
    private static final int MAX_LOOPS = 64;
    private static final int MAX_MOSTLY_IDLE = 100_000;
    private static final int MAX_TASKS = 1_000_000;
    /** Of workloads whose number is something else. */
    private static final int LOOPS_CONNECTIONS = 64;
    private static final int SCHEDULED_CONNECTIONS = 10;

    Workload(WorkloadKind kind, int connections) {
        this(kind, connections, null);
    }

    Workload {
        if ((kind == WorkloadKind.RATE) != (rate != null)) {
            throw new IllegalArgumentException(
                    kind.label() + (rate == null ? " needs a rate, as in rate:20%:64" : " has no rate"));
        }
        int max = max(kind);
        if (connections < 1 || connections > max) {
            throw new IllegalArgumentException(
                    connections + " " + counted(kind) + " for " + kind.label() + ": must be in 1.." + max);
        }
    }

    private static int max(WorkloadKind kind) {
        return switch (kind) {
            case CHURN -> MAX_CHURNING;
            case UDP_BURST -> MAX_BURST;
            case HANDOVER -> MAX_THREADS;
            case LOOPS -> MAX_LOOPS;
            case SCHEDULED -> MAX_TASKS;
            case MOSTLY_IDLE -> MAX_MOSTLY_IDLE;
            case QUIC, QUIC_GSO -> MAX_QUIC;
            default -> MAX_CONNECTIONS;
        };
    }

    private static String counted(WorkloadKind kind) {
        return switch (kind) {
            case UDP_BURST -> "datagrams";
            case HANDOVER -> "threads";
            case LOOPS -> "loops";
            case SCHEDULED -> "tasks";
            default -> "connections";
        };
    }

    /** @param text such as {@code echo:64} */
    static Workload parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("workload '" + text + "': must be SERVICE:CONNECTIONS, as in echo:64");
        }
        String[] service = text.substring(0, colon).split(":", 2);
        WorkloadKind kind = WorkloadKind.of(service[0]);
        int connections;
        try {
            connections = Integer.parseInt(text.substring(colon + 1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("workload '" + text + "': no number of connections", e);
        }
        return new Workload(kind, connections, service.length == 1 ? null : Rate.parse(service[1]));
    }

    /** What the load generator is told of it: for most services, how many connections to make. */
    int clients() {
        return switch (kind) {
            case LOOPS -> LOOPS_CONNECTIONS;
            case SCHEDULED -> SCHEDULED_CONNECTIONS;
            default -> connections;
        };
    }

    /** How many event loops its server has. */
    int loops() {
        return kind == WorkloadKind.LOOPS ? connections : 1;
    }

    /** Says which contender it needs that is not among these, or returns {@code null}. */
    String missingFrom(List<String> labels) {
        return rate == null || !rate.isShare() || labels.contains(Rate.YARDSTICK) ? null
                : rate + " is of what " + Rate.YARDSTICK + " can do, which is not among " + labels
                + ": add it to --transports, or give messages a second";
    }

    /** How many sockets the server has when all are connected. */
    int sockets() {
        return kind == WorkloadKind.PROXY || kind == WorkloadKind.HANDOVER ? 2 * connections : clients();
    }

    /** Over how many messages exact counts are taken, where {@code messages} are taken for an echo. */
    long counted(long messages) {
        return kind.load().counted(messages, kind == WorkloadKind.UDP_BURST ? connections : kind.load().batch());
    }

    String describe() {
        return kind.describe(connections);
    }

    @Override
    public String toString() {
        return kind.label() + ':' + (rate == null ? "" : rate + ":") + connections;
    }
}
