/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

/** What connects the channel under test with its peer. */
public enum SocketKind {
    TCP, UNIX, UDP, UDP6, UNIX_DATAGRAM;

    boolean isDatagram() {
        return ordinal() >= UDP.ordinal();
    }

    boolean isUnix() {
        return this == UNIX || this == UNIX_DATAGRAM;
    }
}
