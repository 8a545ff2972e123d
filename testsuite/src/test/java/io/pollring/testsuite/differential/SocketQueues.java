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

/** What the kernel says of a socket's queues. */
public final class SocketQueues {
    private static final int SIOCINQ = 0x541B;
    private static final int SIOCOUTQ = 0x5411;
    private static final int SIOCOUTQNSD = 0x894B;
    private static final CLibrary C = Native.load("c", CLibrary.class);

    private SocketQueues() { }

    interface CLibrary extends Library {
        int ioctl(int fd, NativeLong request, IntByReference value);
    }

    /** Bytes that nobody has read yet. */
    public static int unread(int fd) {
        return get(fd, SIOCINQ);
    }

    /** Bytes that have not left (TCP), or that the other side has not read (UNIX). */
    public static int unsent(int fd, SocketKind kind) {
        return get(fd, kind == SocketKind.TCP ? SIOCOUTQNSD : SIOCOUTQ);
    }

    /** 0 where the socket cannot say. */
    private static int get(int fd, int request) {
        IntByReference value = new IntByReference();
        return C.ioctl(fd, new NativeLong(request), value) < 0 ? 0 : value.getValue();
    }
}
