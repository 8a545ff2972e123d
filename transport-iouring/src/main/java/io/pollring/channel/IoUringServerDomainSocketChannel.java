/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.ServerDomainSocketChannel;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

import java.io.File;
import java.net.SocketAddress;

/** A {@link ServerDomainSocketChannel} of Pollring. Deletes the socket's file when it is closed. */
public final class IoUringServerDomainSocketChannel extends AbstractIoUringServerChannel
        implements ServerDomainSocketChannel {
    private static final InternalLogger logger =
            InternalLoggerFactory.getInstance(IoUringServerDomainSocketChannel.class);

    private final IoUringServerChannelConfig config = new IoUringServerChannelConfig(this);
    /** The name that this channel has made, and removes. One that it has found belongs to somebody else. */
    private volatile DomainSocketAddress bound;

    public IoUringServerDomainSocketChannel() {
        super(LinuxSocket.newSocketDomain(), false);
    }

    /**
     * A channel of a socket that exists, listening already or not; the channel owns it from here on. It has to be non-blocking
     * ({@code O_NONBLOCK}): otherwise it would block the loop.
     */
    public IoUringServerDomainSocketChannel(int fd) {
        super(LinuxSocket.newSocket(fd), Sockets.isListening(fd));
    }

    /** @param active whether the socket listens already */
    public IoUringServerDomainSocketChannel(int fd, boolean active) {
        super(LinuxSocket.newSocket(fd), active);
    }

    @Override
    public IoUringServerChannelConfig config() {
        return config;
    }

    @Override
    public DomainSocketAddress localAddress() {
        return (DomainSocketAddress) super.localAddress();
    }

    @Override
    public DomainSocketAddress remoteAddress() {
        return (DomainSocketAddress) super.remoteAddress();
    }

    @Override
    SocketAddress readLocalAddress() {
        return socket.localDomainSocketAddress();
    }

    @Override
    Channel newChild(LinuxSocket socket, byte[] address, int offset, int length) {
        return new IoUringDomainSocketChannel(this, socket);
    }

    @Override
    protected void doBind(SocketAddress address) throws Exception {
        super.doBind(address);
        bound = (DomainSocketAddress) address;
    }

    @Override
    protected void doClose() throws Exception {
        DomainSocketAddress local = bound;
        try {
            super.doClose();
        } finally {
            if (local != null && !local.path().isEmpty() && local.path().charAt(0) != 0
                    && !new File(local.path()).delete()) {
                logger.debug("Could not delete the socket file {}", local.path());
            }
        }
    }
}
