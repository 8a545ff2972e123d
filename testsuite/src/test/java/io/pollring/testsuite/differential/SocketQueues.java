/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.ptr.IntByReference;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What the kernel says of a socket's queues. */
public final class SocketQueues {
    private static final int SIOCINQ = 0x541B;
    private static final int SIOCOUTQ = 0x5411;
    private static final int SIOCOUTQNSD = 0x894B;
    private static final int POLLIN = 1;
    private static final int POLLERR = 8;
    private static final int POLLFD_BYTES = 8;
    private static final int POLLFD_EVENTS = 4;
    private static final int POLLFD_RETURNED = 6;
    private static final int SOL_SOCKET = 1;
    private static final int SO_MEMINFO = 55;
    private static final int MEMINFO_DROPS = 8;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_INFO = 11;
    private static final int TCP_CLOSE = 7;
    private static final CLibrary C = Native.load("c", CLibrary.class);

    private SocketQueues() { }

    interface CLibrary extends Library {
        int ioctl(int fd, NativeLong request, IntByReference value);

        int poll(ByteBuffer pollfd, NativeLong count, int timeout);

        int getsockopt(int fd, int level, int option, int[] value, IntByReference length);
    }

    /** Bytes that nobody has read yet. */
    public static int unread(int fd) {
        return get(fd, SIOCINQ);
    }

    /** The same; of datagrams it is 1 and those of the next. */
    static int unread(int fd, SocketKind kind) {
        return kind.isDatagram() && hasDatagram(fd) ? 1 + unread(fd) : unread(fd);
    }

    /**
     * Bytes that have not left (TCP), or that the other side has not read (UNIX). Over the loopback interface a datagram is
     * with its receiver when the call is over.
     */
    public static int unsent(int fd, SocketKind kind) {
        if (kind.isDatagram()) {
            return 0;
        }
        return get(fd, kind == SocketKind.TCP ? SIOCOUTQNSD : SIOCOUTQ);
    }

    /** Whether bytes of TCP, or its end, have left and are still to be confirmed; after a reset they never are. */
    static boolean isUnderway(int fd, SocketKind kind) {
        return kind == SocketKind.TCP && get(fd, SIOCOUTQ) > get(fd, SIOCOUTQNSD) && tcpState(fd) != TCP_CLOSE;
    }

    private static int tcpState(int fd) {
        int[] info = new int[1];
        IntByReference length = new IntByReference(Integer.BYTES);
        // The state is the first byte of struct tcp_info.
        return C.getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, length) < 0 ? TCP_CLOSE
                : ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? info[0] & 0xff : info[0] >>> 24;
    }

    /** Whether there is a datagram, which may be an empty one. A look at it would take an error that has come. */
    static boolean hasDatagram(int fd) {
        return (poll(fd) & POLLIN) != 0;
    }

    static boolean hasError(int fd) {
        return (poll(fd) & POLLERR) != 0;
    }

    private static int poll(int fd) {
        ByteBuffer pollfd = ByteBuffer.allocateDirect(POLLFD_BYTES).order(ByteOrder.nativeOrder());
        pollfd.putInt(0, fd).putShort(POLLFD_EVENTS, (short) POLLIN);
        return C.poll(pollfd, new NativeLong(1), 0) < 0 ? 0 : pollfd.getShort(POLLFD_RETURNED);
    }

    /** Datagrams for which there was no room. */
    static int dropped(int fd) {
        int[] values = new int[MEMINFO_DROPS + 1];
        IntByReference length = new IntByReference(values.length * Integer.BYTES);
        return C.getsockopt(fd, SOL_SOCKET, SO_MEMINFO, values, length) < 0 ? 0 : values[MEMINFO_DROPS];
    }

    /** 0 where the socket cannot say. */
    private static int get(int fd, int request) {
        IntByReference value = new IntByReference();
        return C.ioctl(fd, new NativeLong(request), value) < 0 ? 0 : value.getValue();
    }
}
