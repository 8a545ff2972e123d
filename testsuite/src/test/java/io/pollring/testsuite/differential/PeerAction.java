/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

/** Something that the peer does. */
final class PeerAction {
    enum Kind {
        SEND, SHUT_OUTPUT, RESET, CLOSE, READ_ALL, READ_NOTHING, READ_SOME,
        /** Of datagrams: again, at the same address, if it is closed. */
        OPEN
    }

    final Kind kind;
    final int size;

    PeerAction(Kind kind, int size) {
        this.kind = kind;
        this.size = size;
    }

    @Override
    public String toString() {
        return kind == Kind.SEND || kind == Kind.READ_SOME ? kind.toString() + ' ' + size : kind.toString();
    }
}
