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
import io.netty.util.internal.StringUtil;

import java.io.IOException;
import java.net.SocketAddress;

/**
 * A stream between a virtual machine and its host, or another machine of that host ({@code AF_VSOCK}, {@code vsock(7)}).
 * Its addresses are {@link VSockAddress}es. {@link VSockAddress#VMADDR_CID_LOCAL} leads back to this machine where the
 * kernel has the module {@code vsock_loopback} (Linux 5.6).
 */
public final class IoUringVSockChannel extends AbstractIoUringStreamChannel {
    private final IoUringStreamChannelConfig config = new IoUringStreamChannelConfig(this, ConfigOptions.STREAM);

    /** @throws io.netty.channel.ChannelException if the kernel has no {@code AF_VSOCK} */
    public IoUringVSockChannel() {
        super(null, LinuxSocket.newVSockStream(), false);
    }

    /**
     * A channel of a socket that exists, connected or not; the channel owns it from here on. It has to be non-blocking
     * ({@code O_NONBLOCK}): otherwise it would block the loop.
     */
    public IoUringVSockChannel(int fd) {
        super(null, LinuxSocket.newSocket(fd), Sockets.hasNoError(fd));
    }

    IoUringVSockChannel(Channel parent, LinuxSocket socket) {
        super(parent, socket, true);
    }

    @Override
    public IoUringStreamChannelConfig config() {
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
    SocketAddress readRemoteAddress() {
        return socket.remoteVSockAddress();
    }

    @Override
    void bindSocket(SocketAddress address) throws IOException {
        socket.bindVSock(vsock(address));
    }

    @Override
    boolean connectSocket(SocketAddress remoteAddress) throws Exception {
        return socket.connectVSock(vsock(remoteAddress));
    }

    @Override
    boolean finishConnect(SocketAddress requested) throws IOException {
        if (readRemoteAddress() == null) {
            // Fails if the attempt has failed. Else nothing has come of it yet: the kernel also wakes a poll for writing
            // when it has sent the request, and a ring passes that on without a second look at the socket's state.
            socket.finishConnect();
            return false;
        }
        return super.finishConnect(requested);
    }

    @Override
    boolean shortReadDrains() {
        // Each transport of the hypervisors has its own way to hand data over.
        return false;
    }

    static VSockAddress vsock(SocketAddress address) {
        if (!(address instanceof VSockAddress)) {
            // What io.netty.channel.unix.Socket throws.
            throw new Error("Unexpected SocketAddress implementation: " + StringUtil.simpleClassName(address));
        }
        return (VSockAddress) address;
    }
}
