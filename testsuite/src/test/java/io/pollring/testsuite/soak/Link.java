/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

/** What a connection runs over. */
enum Link {
    TCP(40), TLS(14), UNIX(26), DESCRIPTORS(5), UDP(15);

    /** How many of 100 connections. */
    final int share;

    Link(int share) {
        this.share = share;
    }

    /** {@code point}: from 0 to 99. */
    static Link at(int point) {
        int rest = point;
        for (Link link : values()) {
            if (rest < link.share) {
                return link;
            }
            rest -= link.share;
        }
        throw new IllegalArgumentException(String.valueOf(point));
    }

    boolean isInet() {
        return this == TCP || this == TLS;
    }

    /** How much may be on the way before no more is sent: bytes, or descriptors. */
    int window() {
        return this == DESCRIPTORS ? 16 : 4 << 20;
    }

    /** Whether one side can end its output and still read. */
    boolean isHalfClosable() {
        return this == TCP || this == UNIX;
    }
}
