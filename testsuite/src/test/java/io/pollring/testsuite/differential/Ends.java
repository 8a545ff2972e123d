/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

/** What a venue has for one family of sockets: makes a channel under test, and its peer. */
interface Ends extends AutoCloseable {
    /** The two are connected, if they are to be, and the channel is registered. */
    Pair open(Program program, Trace trace, Ledger ledger) throws Exception;

    /** Of one program. */
    final class Pair implements AutoCloseable {
        final Subject subject;
        final Peer peer;

        Pair(Subject subject, Peer peer) {
            this.subject = subject;
            this.peer = peer;
        }

        @Override
        public void close() throws Exception {
            peer.close();
        }
    }
}
