/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.unix.Errors;
import io.netty.channel.unix.IovArray;
import io.pollring.ring.Errno;

import java.io.IOException;

/** What a handle is to be sent: to be filled in by {@link StreamHandle#prepareSend}, or not. */
public abstract class SendRequest {

    SendRequest() { }

    /** To send these bytes; they are read once, before the handle is told. */
    public abstract void send(long address, int length);

    /** Whether there are {@link #iovecs()}: there is always room for 64 more. If not, the handle must send by itself. */
    public abstract boolean canGather();

    /** Where to add what is to be gathered, behind what others have added. */
    public abstract IovArray iovecs();

    /** To send the {@code iovecs} from {@code first} on. */
    public abstract void gather(int first, int length);

    /**
     * To be called by a handle that was told {@code result}, which is not greater than 0.
     *
     * @throws IOException unless it is only that the socket is full
     */
    public static void check(int fd, int result) throws IOException {
        if (result == -Errno.EBADR) {
            throw new IOException("send of fd " + fd + ": how much was sent is not known: the kernel had no memory to tell"
                    + " of it (EBADR)");
        }
        Errors.ioResult("send", result);
    }
}
