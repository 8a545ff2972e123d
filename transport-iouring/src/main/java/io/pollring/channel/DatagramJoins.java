/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.ChannelException;
import io.netty.channel.unix.Socket;
import io.pollring.ring.Errno;
import io.pollring.ring.PollringProperties;
import io.pollring.ring.SocketAbi;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Objects;

/**
 * Which datagrams of a channel may be joined into one send, which the kernel takes apart again ({@code UDP_SEGMENT}).
 * What the kernel refuses to take joined is remembered, by the size of the datagrams and their recipient, as it depends
 * on the route: there a datagram that is larger than the MTU is cut into fragments, which goes only for one that comes
 * alone.
 *
 * <p>Belongs to the loop's thread, but for the two methods that say otherwise.
 */
final class DatagramJoins {
    /** Linux 6.18 takes twice as many, but older kernels do not. */
    static final int MAX_SEGMENTS = 64;
    /** What an IPv4 packet has room for. An IPv6 packet has room for 20 more, but not with a mapped address. */
    static final int MAX_BYTES = 65_507;
    /** After so many joins forgone the kernel is asked again: routes change, and one refusal among so many is cheap. */
    static final int PATIENCE = 1024;

    /** As {@code setJoinDatagrams} has it, for channels that are not told. */
    private static final boolean WANTED = PollringProperties.flag(PollringProperties.JOIN_DATAGRAMS, true);
    private static final int REMEMBERED = 8;

    private final Socket socket;
    private volatile boolean wanted = WANTED;
    private volatile boolean socketAsked;
    private boolean socketAllows;
    private boolean refusedForGood;
    // What was refused: nothing in most channels, which have no arrays then. A size of 0 is a free place.
    private int[] sizes;
    private InetSocketAddress[] recipients;
    private int[] patience;
    private int next;

    DatagramJoins(Socket socket) {
        this.socket = socket;
    }

    /** May be called by any thread. */
    boolean isWanted() {
        return wanted;
    }

    /** May be called by any thread. */
    void setWanted(boolean wanted) {
        this.wanted = wanted;
    }

    /** Options of the socket were set that may change what joining means. May be called by any thread. */
    void socketChanged() {
        socketAsked = false;
    }

    /** Whether datagrams of so many bytes may be joined. */
    boolean allows(int bytes, InetSocketAddress recipient) {
        if (!wanted || refusedForGood || !socketAllows()) {
            return false;
        }
        int place = find(bytes, recipient);
        if (place < 0) {
            return true;
        }
        if (--patience[place] > 0) {
            return false;
        }
        forget(place);
        return true;
    }

    /**
     * To be told what came of a joined send of which nothing was sent.
     *
     * @param bytes     the size of its datagrams
     * @param recipient {@code null} if it went to where the socket is connected to
     * @return whether its datagrams are to be sent one by one: the error is none of theirs
     */
    boolean refused(int errno, int bytes, InetSocketAddress recipient) {
        switch (errno) {
            case Errno.EINVAL:
            case Errno.EMSGSIZE:
                remember(bytes, recipient);
                return true;
            case Errno.EIO:
                // The device makes no checksums, or it is not for it to make these.
                refusedForGood = true;
                return true;
            case Errno.ENOBUFS:
            case Errno.ENOMEM:
                // There may be memory for small ones.
                return true;
            default:
                return false;
        }
    }

    /**
     * Kernels without {@code UDP_SEGMENT} would send one large datagram. And a user's own use of it, or of
     * {@code UDP_CORK}, gives each message another meaning.
     */
    private boolean socketAllows() {
        if (!socketAsked) {
            // Before the questions, as the answers may be changed while they are asked.
            socketAsked = true;
            socketAllows = isOff(SocketAbi.UDP_SEGMENT) && isOff(SocketAbi.UDP_CORK);
        }
        return socketAllows;
    }

    private boolean isOff(int option) {
        try {
            return socket.getIntOpt(SocketAbi.SOL_UDP, option) == 0;
        } catch (IOException | ChannelException e) {
            return false;
        }
    }

    private int find(int bytes, InetSocketAddress recipient) {
        if (sizes != null) {
            for (int i = 0; i < REMEMBERED; i++) {
                if (sizes[i] == bytes && Objects.equals(recipients[i], recipient)) {
                    return i;
                }
            }
        }
        return -1;
    }

    private void remember(int bytes, InetSocketAddress recipient) {
        if (sizes == null) {
            sizes = new int[REMEMBERED];
            recipients = new InetSocketAddress[REMEMBERED];
            patience = new int[REMEMBERED];
        }
        sizes[next] = bytes;
        recipients[next] = recipient;
        patience[next] = PATIENCE;
        next = (next + 1) % REMEMBERED;
    }

    private void forget(int place) {
        sizes[place] = 0;
        recipients[place] = null;
    }
}
