/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import java.util.Arrays;

/** What the event loops of a run are. */
public enum Mode {
    /** Netty's own epoll group: what the others are compared with. */
    BASELINE("baseline"),
    /** The ring with all features that the kernel offers. */
    RING("ring"),
    /** The same, but streams send and receive with system calls of their own. Of meaning for our own channels only. */
    DIRECT("direct"),
    /** The kernel refuses every channel's poll, so every channel reverts to epoll. */
    REVERTED("reverted"),
    /** No ring at all: each loop waits on its epoll set. */
    NO_RING("noring"),
    /** The ring, with every optional kernel feature switched off. */
    PLAIN("plain"),
    /** A ring with 4 entries in either queue. */
    TINY("tiny");

    private final String id;

    Mode(String id) {
        this.id = id;
    }

    public String id() {
        return id;
    }

    public static Mode of(String id) {
        return Arrays.stream(values()).filter(mode -> mode.id.equals(id)).findFirst().orElseThrow(
                () -> new IllegalArgumentException("no such mode: " + id));
    }
}
