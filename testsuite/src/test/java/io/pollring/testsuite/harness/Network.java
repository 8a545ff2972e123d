/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import java.net.InetSocketAddress;

/**
 * Where the servers of programs listen that can be run over another network than the loopback interface's:
 * {@code -Dpollring.testsuite.address=ADDRESS}.
 */
public final class Network {
    static final String PROPERTY = "pollring.testsuite.address";
    private static final int LATENESS = Integer.getInteger("pollring.testsuite.lateness", 0);
    private static final String ADDRESS = System.getProperty(PROPERTY, "127.0.0.1");

    private Network() { }

    /** How long a packet may be on its way, in milliseconds: {@code -Dpollring.testsuite.lateness=MILLIS}. */
    public static int latenessMillis() {
        return LATENESS;
    }

    /** An address to bind to, for TCP or UDP. */
    public static InetSocketAddress anyPort() {
        return new InetSocketAddress(ADDRESS, 0);
    }
}
