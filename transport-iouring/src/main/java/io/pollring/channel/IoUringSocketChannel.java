/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;

/**
 * A TCP {@link SocketChannel} of Pollring. Takes the options of Netty's {@code EpollSocketChannel}, by the same
 * constants.
 */
public final class IoUringSocketChannel extends AbstractIoUringStreamChannel implements SocketChannel {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(IoUringSocketChannel.class);

    /** Guarded by this channel's monitor. Most channels never have keys, so they are made when they are asked for. */
    private TcpMd5Keys md5Keys;
    private final IoUringSocketChannelConfig config;

    /** A channel of the family that the system prefers. */
    public IoUringSocketChannel() {
        this(LinuxSocket.newSocketStream(), false);
    }

    /** @deprecated use {@link #IoUringSocketChannel(SocketProtocolFamily)} */
    @Deprecated
    public IoUringSocketChannel(InternetProtocolFamily family) {
        this(LinuxSocket.newSocketStream(family), false);
    }

    /** @param family IPv4, IPv6, or {@code null} for what the system prefers */
    public IoUringSocketChannel(SocketProtocolFamily family) {
        this(LinuxSocket.newSocketStream(family), false);
    }

    /**
     * A channel of a socket that exists, connected or not; the channel owns it from here on. It has to be non-blocking
     * ({@code O_NONBLOCK}): otherwise it would block the loop.
     */
    public IoUringSocketChannel(int fd) {
        this(LinuxSocket.newSocket(fd), Sockets.hasNoError(fd));
    }

    private IoUringSocketChannel(LinuxSocket socket, boolean active) {
        super(null, socket, active);
        config = new IoUringSocketChannelConfig(this);
    }

    IoUringSocketChannel(IoUringServerSocketChannel parent, LinuxSocket socket, InetSocketAddress remote) {
        super(parent, socket, remote);
        md5Keys = parent.md5Keys.inherited(socket, remote.getAddress());
        config = new IoUringSocketChannelConfig(this);
    }

    @Override
    public IoUringSocketChannelConfig config() {
        return config;
    }

    synchronized TcpMd5Keys md5Keys() {
        if (md5Keys == null) {
            md5Keys = new TcpMd5Keys(socket);
        }
        return md5Keys;
    }

    @Override
    public ServerSocketChannel parent() {
        return (ServerSocketChannel) super.parent();
    }

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) super.localAddress();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return (InetSocketAddress) super.remoteAddress();
    }

    /** What the kernel knows of the connection ({@code TCP_INFO}). */
    public IoUringTcpInfo tcpInfo() {
        return tcpInfo(new IoUringTcpInfo());
    }

    /**
     * As {@link #tcpInfo()}, without allocating.
     *
     * @param info is overwritten, and returned
     * @throws io.netty.channel.ChannelException if the socket is closed
     */
    public IoUringTcpInfo tcpInfo(IoUringTcpInfo info) {
        return info.read(socket);
    }

    @Override
    boolean shortReadDrains() {
        return true;
    }

    @Override
    boolean connectSocket(SocketAddress remoteAddress) throws Exception {
        if (config.isTcpFastOpenConnect() && Epoll.isTcpFastOpenClientSideAvailable()
                && sendInSyn((InetSocketAddress) remoteAddress)) {
            return true;
        }
        return super.connectSocket(remoteAddress);
    }

    /** Without a cookie of the server the kernel answers EINPROGRESS: nothing is sent, and a connect goes on from there. */
    private boolean sendInSyn(InetSocketAddress address) throws IOException {
        ChannelOutboundBuffer outbound = unsafe().outboundBuffer();
        outbound.addFlush();
        Object message = outbound.current();
        if (!(message instanceof ByteBuf)) {
            return false;
        }
        ByteBuf data = (ByteBuf) message;
        int sent;
        if (data.hasMemoryAddress()) {
            sent = socket.sendToAddress(data.memoryAddress(), data.readerIndex(), data.writerIndex(),
                    address.getAddress(), address.getPort(), true);
        } else {
            // The first part of a composite buffer goes with the SYN, too.
            ByteBuffer nio = data.nioBuffers()[0];
            sent = socket.sendTo(nio, nio.position(), nio.limit(), address.getAddress(), address.getPort(), true);
        }
        if (sent <= 0) {
            return false;
        }
        outbound.removeBytes(sent);
        return true;
    }

    @Override
    protected StreamUnsafe newUnsafe() {
        return new SocketUnsafe();
    }

    private final class SocketUnsafe extends StreamUnsafe {
        SocketUnsafe() {
            super(IoUringSocketChannel.this);
        }

        @Override
        protected Executor prepareToClose() {
            super.prepareToClose();
            // close(2) of a lingering socket waits, so it must not happen on the loop; nor may the loop hear of the socket
            // until then.
            try {
                if (isOpen() && config.getSoLinger() > 0) {
                    closeElsewhere();
                    return GlobalEventExecutor.INSTANCE;
                }
            } catch (Exception e) {
                // Closed by another thread between the two calls.
                logger.debug("{} cannot be asked for SO_LINGER", IoUringSocketChannel.this, e);
            }
            return null;
        }
    }

    @Override
    void resetOnClose() {
        try {
            socket.setSoLinger(0);
        } catch (IOException e) {
            // It is reset, or closed, already.
            logger.debug("{} could not be told to reset its connection", this, e);
        }
    }
}
