/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.Socket;
import io.pollring.channel.ConfigOption.Getter;
import io.pollring.ring.SocketAbi;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;

/** What several kinds of channels ask of sockets and addresses. */
final class Sockets {
    private Sockets() { }

    /**
     * What {@code socket} answers.
     *
     * @throws ChannelException if it cannot be asked: it is closed, or no socket
     */
    static <S, T> T ask(S socket, Getter<S, T> question) {
        try {
            return question.get(socket);
        } catch (IOException e) {
            throw new ChannelException(e);
        }
    }

    /** Whether a socket that somebody else has made is without a pending error, as connected and bound ones are. */
    static boolean hasNoError(int fd) {
        return ask(new Socket(fd), Socket::getSoError) == 0;
    }

    /** Whether a socket that somebody else has made listens. */
    static boolean isListening(int fd) {
        return ask(new Socket(fd), socket -> socket.getIntOpt(SocketAbi.SOL_SOCKET, ConfigOptions.SO_ACCEPTCONN)) != 0;
    }

    /**
     * Receives into {@code buffer}, from its writer index on, which stays where it is.
     *
     * @return how many bytes; 0 if there is nothing, -1 at an end, or for an empty datagram
     */
    static int receive(Socket socket, ByteBuf buffer, int length) throws IOException {
        int start = buffer.writerIndex();
        if (buffer.hasMemoryAddress()) {
            return socket.recvAddress(buffer.memoryAddress(), start, start + length);
        }
        ByteBuffer nio = buffer.internalNioBuffer(start, length);
        return socket.recv(nio, nio.position(), nio.limit());
    }

    /** @throws UnresolvedAddressException if {@code address} has a name, but no number */
    static void checkResolved(SocketAddress address) {
        if (address instanceof InetSocketAddress && ((InetSocketAddress) address).isUnresolved()) {
            throw new UnresolvedAddressException();
        }
    }
}
