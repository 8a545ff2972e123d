/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import java.io.IOException;

/** What the channel under test talks to: a plain socket, driven by the test's thread. */
interface Peer extends AutoCloseable {
    int fd();

    boolean isOpen();

    /** Whether it takes what comes, and there can be more. */
    boolean reads();

    /** Whether it will hear of an end of what the channel sends. */
    boolean awaitsEnd();

    /** Bytes that it still has to send. */
    long unsent();

    void act(PeerAction action) throws IOException;

    /** Does what it can do now, and tells whether that was anything. */
    boolean pump();

    /**
     * Tells what has come since the last time.
     *
     * @param full whether the channel could not write all, so that how much it could is the kernel's choice
     */
    void report(boolean full);

    @Override
    void close() throws IOException;
}
