/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** Makes socket addresses of the bytes that the kernel has. */
final class InetNames {
    private InetNames() { }

    static InetSocketAddress inet(byte[] address, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The scope belongs to addresses of a link; others come without one. */
    static InetSocketAddress inet6(byte[] address, int scope, int port) {
        try {
            boolean linkLocal = address[0] == (byte) 0xFE && (address[1] & 0xC0) == 0x80;
            return new InetSocketAddress(scope != 0 || linkLocal ? Inet6Address.getByAddress(null, address, scope)
                    : InetAddress.getByAddress(null, address), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
