/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.Locale;

/** What the load generator does: the modes of {@code loadgen.c}, and what one of their units is. */
enum LoadMode {
    ECHO(64, 1, "msg"),
    /** One request has ten replies, each as long as itself. */
    ECHO10(64, 2, "msg"),
    STREAM(1024 * 1024, 50, "msg"),
    CHURN(64, 5, "conn"),
    UDP(64, 1, "msg");

    private final int messageSize;
    private final int countDivisor;
    private final String unit;

    /** @param countDivisor how many echoes a unit costs about as much as: so much fewer of them are counted */
    LoadMode(int messageSize, int countDivisor, String unit) {
        this.messageSize = messageSize;
        this.countDivisor = countDivisor;
        this.unit = unit;
    }

    /** As the generator knows it. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Bytes of a message that is echoed, or of one that is streamed. */
    int messageSize() {
        return messageSize;
    }

    /** Over how many units exact counts are taken, where {@code messages} are taken for an echo. */
    long counted(long messages) {
        return Math.max(1, messages / countDivisor);
    }

    /** What is counted and timed, in short. */
    String unit() {
        return unit;
    }
}
