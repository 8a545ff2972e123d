/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.unix.Errors;
import io.netty.channel.unix.Errors.NativeIoException;

import java.io.IOException;
import java.net.PortUnreachableException;

/** Errors of datagram sockets as users of NIO know them. */
final class DatagramErrors {
    private DatagramErrors() { }

    /** {@code ECONNREFUSED} of a socket without connections: an ICMP message has come back. */
    static IOException translate(NativeIoException e) {
        if (e.expectedErr() != Errors.ERROR_ECONNREFUSED_NEGATIVE) {
            return e;
        }
        PortUnreachableException unreachable = new PortUnreachableException(e.getMessage());
        unreachable.initCause(e);
        return unreachable;
    }
}
