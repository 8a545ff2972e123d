/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.pollring.ring.Errno;
import io.pollring.ring.SocketAbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetSocketAddress;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is joined again after the kernel has refused something. */
class DatagramJoinsTest {
    private static final InetSocketAddress ONE = new InetSocketAddress("127.0.0.1", 1);
    private static final InetSocketAddress OTHER = new InetSocketAddress("127.0.0.1", 2);

    private final LinuxSocket socket = LinuxSocket.newSocketDgram(SocketProtocolFamily.INET);
    private final DatagramJoins joins = new DatagramJoins(socket);

    @AfterEach
    void close() throws Exception {
        socket.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.EINVAL, Errno.EMSGSIZE})
    void aRefusalCountsForItsSizeAndRecipientOnly(int errno) {
        assertTrue(joins.allows(1473, ONE));
        assertTrue(joins.refused(errno, 1473, ONE), "to be sent one by one");
        assertFalse(joins.allows(1473, ONE));
        assertFalse(joins.allows(1473, new InetSocketAddress("127.0.0.1", 1)), "the same recipient");
        assertTrue(joins.allows(1472, ONE));
        assertTrue(joins.allows(1473, OTHER));
        assertTrue(joins.allows(1473, null), "where the socket is connected to");
    }

    @Test
    void aRefusalOfAConnectedSocketCountsForWhereItIsConnectedTo() {
        assertTrue(joins.refused(Errno.EMSGSIZE, 2000, null));
        assertFalse(joins.allows(2000, null));
        assertTrue(joins.allows(2000, ONE));
    }

    @Test
    void theKernelIsAskedAgainAfterManyJoinsForgone() {
        joins.refused(Errno.EMSGSIZE, 2000, ONE);
        for (int i = 1; i < DatagramJoins.PATIENCE; i++) {
            assertFalse(joins.allows(2000, ONE));
        }
        assertTrue(joins.allows(2000, ONE));
        joins.refused(Errno.EMSGSIZE, 2000, ONE);
        assertFalse(joins.allows(2000, ONE));
    }

    @Test
    void manyRefusalsTakeNoMoreMemoryThanAFew() {
        for (int i = 1; i <= 1000; i++) {
            joins.refused(Errno.EMSGSIZE, i, ONE);
            assertFalse(joins.allows(i, ONE));
        }
        int remembered = 0;
        for (int i = 1; i <= 1000; i++) {
            remembered += joins.allows(i, ONE) ? 0 : 1;
        }
        assertTrue(remembered >= 1 && remembered <= 8, "remembered: " + remembered);
    }

    @Test
    void aDeviceThatCannotEndsAllJoins() {
        assertTrue(joins.refused(Errno.EIO, 100, ONE), "to be sent one by one");
        for (int i = 0; i < 2 * DatagramJoins.PATIENCE; i++) {
            assertFalse(joins.allows(200, OTHER));
        }
        joins.setWanted(true);
        joins.socketChanged();
        assertFalse(joins.allows(200, OTHER));
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.ENOBUFS, Errno.ENOMEM})
    void wantOfMemoryIsNotRemembered(int errno) {
        assertTrue(joins.refused(errno, 100, ONE), "to be sent one by one");
        assertTrue(joins.allows(100, ONE));
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.EAGAIN, Errno.EPERM, Errno.EACCES, Errno.EBADF, 111 /* ECONNREFUSED */})
    void whatIsNoRefusalToJoinIsTheMessages(int errno) {
        assertFalse(joins.refused(errno, 100, ONE));
        assertTrue(joins.allows(100, ONE));
    }

    @Test
    void nothingIsJoinedThatIsNotWanted() {
        assertTrue(joins.isWanted());
        joins.setWanted(false);
        assertFalse(joins.allows(100, ONE));
        joins.setWanted(true);
        assertTrue(joins.allows(100, ONE));
    }

    @ParameterizedTest
    @ValueSource(ints = {SocketAbi.UDP_CORK, SocketAbi.UDP_SEGMENT})
    void nothingIsJoinedWhereMessagesMeanSomethingElse(int option) throws Exception {
        socket.setIntOpt(SocketAbi.SOL_UDP, option, 1);
        assertFalse(joins.allows(100, ONE));
        socket.setIntOpt(SocketAbi.SOL_UDP, option, 0);
        assertFalse(joins.allows(100, ONE), "nobody has said that it is set differently");
        joins.socketChanged();
        assertTrue(joins.allows(100, ONE));
    }

    @Test
    void nothingIsJoinedOnASocketThatDoesNotTell() throws Exception {
        LinuxSocket stream = LinuxSocket.newSocketStream(SocketProtocolFamily.INET);
        try {
            assertFalse(new DatagramJoins(stream).allows(100, ONE));
        } finally {
            stream.close();
        }
    }
}
