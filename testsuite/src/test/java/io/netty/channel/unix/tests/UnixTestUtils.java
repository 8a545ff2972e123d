/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.netty.channel.unix.tests;

import io.netty.channel.unix.DomainSocketAddress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Netty's epoll tests link against a class of this name, whose own artifact is not published for this version.
 * Only the two methods that they call.
 */
public final class UnixTestUtils {

    private UnixTestUtils() { }

    /** The path of a file that does not exist, in the directory for temporary files. */
    public static DomainSocketAddress newDomainSocketAddress() {
        try {
            Path path = Files.createTempFile("pollring", ".sock");
            Files.delete(path);
            path.toFile().deleteOnExit();
            return new DomainSocketAddress(path.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static SocketAddress newInetLoopbackSocketAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
}
