/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.channel.ServerChannel;
import io.netty.channel.unix.DomainSocketAddress;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** A path for a UNIX domain socket, in a directory that is nobody else's and goes when this is closed. */
final class DomainSocket implements AutoCloseable {
    private final Path directory = Files.createTempDirectory("pollring");
    private final Path socket = directory.resolve("socket");

    DomainSocket() throws IOException {
    }

    /** All transports name their channels alike, and have the one beside the other. */
    static Class<? extends ServerChannel> serverChannel(Transport transport) throws ClassNotFoundException {
        String name = transport.serverChannel().getName().replace("ServerSocketChannel", "ServerDomainSocketChannel");
        return Class.forName(name).asSubclass(ServerChannel.class);
    }

    /** The path in the form that the transport's channels take. */
    SocketAddress address(Transport transport) {
        return transport == Transport.NIO ? UnixDomainSocketAddress.of(socket) : new DomainSocketAddress(path());
    }

    String path() {
        return socket.toString();
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(socket);
        Files.delete(directory);
    }
}
