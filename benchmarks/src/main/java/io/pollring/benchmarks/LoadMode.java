/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

/** What the load generator does: the modes of {@code loadgen.c}, and what one of their units is. */
enum LoadMode {
    ECHO("echo", 64, 1, "msg"),
    ECHO2K("echo", 2 * 1024, 1, "msg"),
    ECHO4K("echo", 4 * 1024, 1, "msg"),
    MOSTLY_IDLE("mostly-idle", 64, 1, "msg"),
    /** One request has ten replies, each as long as itself. */
    ECHO10("echo10", 64, 2, "msg"),
    STREAM("stream", 1024 * 1024, 50, "msg"),
    STREAM16K("stream", 16 * 1024, 2, "msg"),
    UPLOAD("upload", 1024 * 1024, 50, "msg"),
    UPLOAD16K("upload", 16 * 1024, 2, "msg"),
    TLS("tls", 64, 2, "msg"),
    HTTP("http", 13, 1, "req"),
    HTTP_PIPELINED("http-pipelined", 13, 1, "req"),
    CHURN("churn", 64, 5, "conn"),
    UDP("udp", 64, 1, "msg"),
    UDP_BURST("udp-burst", 1200, 1, "msg"),
    /** By a generator of its own, in Java: see {@link io.pollring.benchmarks.server.QuicGenerator}. */
    QUIC("quic", 1024 * 1024, 250, "msg");

    private static final int PIPELINED = 16;

    private final String label;
    private final int messageSize;
    private final int countDivisor;
    private final String unit;

    /** @param countDivisor how many echoes a unit costs about as much as: so much fewer of them are counted */
    LoadMode(String label, int messageSize, int countDivisor, String unit) {
        this.label = label;
        this.messageSize = messageSize;
        this.countDivisor = countDivisor;
        this.unit = unit;
    }

    /** As the generator knows it. */
    String label() {
        return label;
    }

    /** How many messages are sent at once. */
    int batch() {
        return this == HTTP_PIPELINED ? PIPELINED : 1;
    }

    /** Bytes of a message that is echoed, of one that is streamed, or of a document. */
    int messageSize() {
        return messageSize;
    }

    /** Whether the figure to look at is how many bytes pass. */
    boolean isStream() {
        return label.equals("stream") || label.equals("upload") || this == QUIC;
    }

    /**
     * Over how many units exact counts are taken, where {@code messages} are taken for an echo.
     *
     * @param batch how many messages are sent, or answer, at once
     */
    long counted(long messages, int batch) {
        long counted = Math.max(1, messages / countDivisor);
        return (counted + batch - 1) / batch * batch;
    }

    /** What is counted and timed, in short. */
    String unit() {
        return unit;
    }
}
