/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.epoll.VSockAddress;

import java.io.IOException;
import java.net.SocketAddress;

/** Accepts {@link IoUringVSockChannel}s. */
public final class IoUringServerVSockChannel extends AbstractIoUringServerChannel {
    private final IoUringServerChannelConfig config = new IoUringServerChannelConfig(this);

    /** @throws io.netty.channel.ChannelException if the kernel has no {@code AF_VSOCK} */
    public IoUringServerVSockChannel() {
        super(LinuxSocket.newVSockStream(), false);
    }

    /**
     * A channel of a socket that exists, and listens already; the channel owns it from here on. It has to be non-blocking
     * ({@code O_NONBLOCK}): otherwise it would block the loop.
     */
    public IoUringServerVSockChannel(int fd) {
        super(LinuxSocket.newSocket(fd), Sockets.hasNoError(fd));
    }

    @Override
    public IoUringServerChannelConfig config() {
        return config;
    }

    @Override
    public VSockAddress localAddress() {
        return (VSockAddress) super.localAddress();
    }

    @Override
    public VSockAddress remoteAddress() {
        return (VSockAddress) super.remoteAddress();
    }

    @Override
    SocketAddress readLocalAddress() {
        return socket.localVSockAddress();
    }

    @Override
    void bindSocket(SocketAddress address) throws IOException {
        socket.bindVSock(IoUringVSockChannel.vsock(address));
    }

    @Override
    Channel newChild(LinuxSocket socket, byte[] address, int offset, int length) {
        return new IoUringVSockChannel(this, socket);
    }
}
