/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.NativeInetAddress;

import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * A TCP {@link ServerSocketChannel} of Pollring. Takes the options of Netty's {@code EpollServerSocketChannel}, by the
 * same constants.
 */
public final class IoUringServerSocketChannel extends AbstractIoUringServerChannel implements ServerSocketChannel {
    final TcpMd5Keys md5Keys;
    private final IoUringServerSocketChannelConfig config;

    /** A channel of the family that the system prefers. */
    public IoUringServerSocketChannel() {
        this(LinuxSocket.newSocketStream(), false);
    }

    /** @deprecated use {@link #IoUringServerSocketChannel(SocketProtocolFamily)} */
    @Deprecated
    public IoUringServerSocketChannel(InternetProtocolFamily family) {
        this(LinuxSocket.newSocketStream(family), false);
    }

    /** @param family IPv4, IPv6, or {@code null} for what the system prefers */
    public IoUringServerSocketChannel(SocketProtocolFamily family) {
        this(LinuxSocket.newSocketStream(family), false);
    }

    /**
     * A channel of a socket that exists, and listens already; the channel owns it from here on. It has to be non-blocking
     * ({@code O_NONBLOCK}): otherwise it would block the loop.
     */
    public IoUringServerSocketChannel(int fd) {
        this(LinuxSocket.newSocket(fd), Sockets.hasNoError(fd));
    }

    private IoUringServerSocketChannel(LinuxSocket socket, boolean active) {
        super(socket, active);
        md5Keys = new TcpMd5Keys(socket);
        config = new IoUringServerSocketChannelConfig(this);
    }

    @Override
    public IoUringServerSocketChannelConfig config() {
        return config;
    }

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) super.localAddress();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return (InetSocketAddress) super.remoteAddress();
    }

    @Override
    void beforeListen() throws IOException {
        int queue = config.getTcpFastopen();
        if (queue > 0 && Epoll.isTcpFastOpenServerSideAvailable()) {
            socket.setIntOpt(ConfigOptions.SOL_TCP, ConfigOptions.TCP_FASTOPEN, queue);
        }
    }

    @Override
    Channel newChild(LinuxSocket socket, byte[] address, int offset, int length) {
        return new IoUringSocketChannel(this, socket, NativeInetAddress.address(address, offset, length));
    }
}
