/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.ChannelException;
import io.netty.channel.unix.Socket;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.UnresolvedAddressException;

/** What several kinds of channels ask of sockets and addresses. */
final class Sockets {
    private Sockets() { }

    /**
     * Whether a socket that somebody else has made is without a pending error, as connected and bound ones are.
     *
     * @throws ChannelException if it cannot be asked: it is closed, or no socket
     */
    static boolean hasNoError(Socket socket) {
        try {
            return socket.getSoError() == 0;
        } catch (IOException e) {
            throw new ChannelException(e);
        }
    }

    /**
     * Whether a socket that somebody else has made listens.
     *
     * @throws ChannelException if it cannot be asked: it is closed, or no socket
     */
    static boolean isListening(Socket socket) {
        try {
            return socket.getIntOpt(ConfigOptions.SOL_SOCKET, ConfigOptions.SO_ACCEPTCONN) != 0;
        } catch (IOException e) {
            throw new ChannelException(e);
        }
    }

    /** @throws UnresolvedAddressException if {@code address} has a name, but no number */
    static void checkResolved(SocketAddress address) {
        if (address instanceof InetSocketAddress && ((InetSocketAddress) address).isUnresolved()) {
            throw new UnresolvedAddressException();
        }
    }
}
