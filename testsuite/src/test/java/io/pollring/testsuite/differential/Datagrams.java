/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.unix.DomainSocketAddress;

import java.io.File;
import java.net.SocketAddress;

/** What all that has to do with datagrams needs. */
final class Datagrams {
    private Datagrams() { }

    /** For traces. */
    static String describe(ByteBuf content) {
        byte[] bytes = ByteBufUtil.getBytes(content);
        int hash = 0;
        for (byte b : bytes) {
            hash = 31 * hash + b;
        }
        return bytes.length + " bytes, hash " + Integer.toHexString(hash);
    }

    /** A UNIX socket leaves it behind. */
    static void deleteFile(SocketAddress address) {
        if (address instanceof DomainSocketAddress) {
            new File(((DomainSocketAddress) address).path()).delete();
        }
    }

    /** A full socket drops UDP datagrams, and then what comes of a program is up to the kernel. */
    static void checkNoneDropped(int fd, SocketKind kind) {
        int dropped = kind.isUnix() ? 0 : SocketQueues.dropped(fd);
        if (dropped != 0) {
            throw new IllegalStateException("the program is too large for its socket, which has dropped " + dropped);
        }
    }
}
