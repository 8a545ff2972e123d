/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a workload asks of its server, as the side sees it that puts load on it. */
enum WorkloadKind {
    ECHO(LoadMode.ECHO, ", one 64-byte message outstanding on each"),
    ECHO2K(LoadMode.ECHO2K, ", one message of 2 KiB outstanding on each"),
    ECHO4K(LoadMode.ECHO4K, ", one message of 4 KiB outstanding on each"),
    ONDEMAND(LoadMode.ECHO, ", one 64-byte message outstanding on each, read on demand"),
    ONDEMAND_INLINE(LoadMode.ECHO, ", one 64-byte message outstanding on each, read on demand"),
    WRITES10(LoadMode.ECHO10, ", one 64-byte request outstanding on each, answered with ten writes of 64 bytes and"
            + " one flush"),
    FLUSHES10(LoadMode.ECHO10, ", one 64-byte request outstanding on each, answered with ten writes of 64 bytes and a"
            + " flush after each"),
    STREAM(LoadMode.STREAM, ", on each of which the server sends messages of 1 MiB, two of them asked for at any time"),
    STREAM16K(LoadMode.STREAM16K, ", on each of which the server sends messages of 16 KiB, two of them asked for at"
            + " any time"),
    UPLOAD(LoadMode.UPLOAD, ", on each of which the server is sent messages of 1 MiB, two of them unanswered at any"
            + " time"),
    UPLOAD16K(LoadMode.UPLOAD16K, ", on each of which the server is sent messages of 16 KiB, two of them unanswered"
            + " at any time"),
    CHURN(LoadMode.CHURN, "%1$d client%2$s, each of which connects, has 64 bytes echoed, closes, and starts again"),
    UDP(LoadMode.UDP, "%1$d UDP socket%2$s, one 64-byte datagram outstanding on each"),
    UDP_BURST(LoadMode.UDP_BURST, "UDP sockets, 4 at most, on each of which the server is asked for bursts of %1$d"
            + " datagram%2$s of 1200 bytes, one burst outstanding; latency is that of all of a burst"),
    QUIC(LoadMode.QUIC, "%1$d QUIC connection%2$s, on each of which the server sends messages of 1 MiB, two of them"
            + " asked for at any time, in packets that it writes one by one"),
    QUIC_GSO(LoadMode.QUIC, "%1$d QUIC connection%2$s, on each of which the server sends messages of 1 MiB, two of"
            + " them asked for at any time, in packets of up to 16 segments"),
    DOMAIN(LoadMode.ECHO, " over UNIX domain sockets, one 64-byte message outstanding on each"),
    PROXY(LoadMode.ECHO, " through a proxy to an echo server in C, one 64-byte message outstanding on each; the"
            + " generator's figures include that server's"),
    TLS(LoadMode.TLS, " over TLS 1.3 (the JDK's), one 64-byte message outstanding on each"),
    TIMERS(LoadMode.ECHO, ", one 64-byte message outstanding on each, each with an IdleStateHandler of two timeouts"
            + " of 1 s"),
    FOREIGN(LoadMode.ECHO, ", one 64-byte message outstanding on each, answered by four threads that are not the"
            + " loop's"),
    MOSTLY_IDLE(LoadMode.MOSTLY_IDLE, ", of which 10 at most have one 64-byte message outstanding and nothing happens"
            + " on the others"),
    HTTP(LoadMode.HTTP, " that are kept alive, one HTTP request for a short text outstanding on each"),
    HTTP_PIPELINED(LoadMode.HTTP_PIPELINED, " that are kept alive, on each of which HTTP requests for a short text"
            + " are sent 16 at a time; latency is that of all 16"),
    RATE(LoadMode.ECHO, ", for which 64-byte messages arrive at random times, whether or not those before are"
            + " answered; latency counts from these times"),
    SCHEDULED(LoadMode.ECHO, "10 connections, one 64-byte message outstanding on each, and %1$d task%2$s that the"
            + " loop has to do in an hour or two, one of which each message cancels and schedules anew"),
    LOOPS(LoadMode.ECHO, "64 connections on a server of %1$d event loop%2$s, one 64-byte message outstanding on each;"
            + " server and load generator share their cores"),
    /** The generator's echo is used once per connection, to see that it stands. */
    IDLE(LoadMode.ECHO, " on which nothing happens, after one 64-byte echo on each"),
    /** The generator sends a known number of messages once, to each of many servers. */
    COLD(LoadMode.ECHO, " to a server that has just started, one 64-byte message outstanding on each; its first"
            + " messages are all there are"),
    /** There is no generator. */
    HANDOVER(LoadMode.ECHO, "%1$d thread%2$s beside the loop's in the server's process, each of which hands it one"
            + " task, or one write of 64 bytes, at a time");

    private final LoadMode load;
    private final String description;

    /** @param description with what its number says, or what follows when that says how many connections there are */
    WorkloadKind(LoadMode load, String description) {
        this.load = load;
        this.description = description;
    }

    static List<String> labels() {
        return Arrays.stream(values()).map(WorkloadKind::label).toList();
    }

    static WorkloadKind of(String label) {
        return Arrays.stream(values()).filter(kind -> kind.label().equals(label)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no workload '" + label + "': there are " + labels()));
    }

    /** As on the command line, and as the server knows it. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What the load generator is to do. */
    LoadMode load() {
        return load;
    }

    /** Whether a message is echoed on a connection that stands, and nothing else is done. */
    boolean isEcho() {
        return this == ECHO || this == ONDEMAND || this == ONDEMAND_INLINE;
    }

    String describe(int connections) {
        String format = description.contains("%1$d") ? description : "%1$d connection%2$s" + description;
        return String.format(Locale.ROOT, format, connections, connections == 1 ? "" : "s");
    }
}
