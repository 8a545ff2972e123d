/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.LinuxSocket;

import java.io.IOException;
import java.net.SocketAddress;

/** A channel that accepts connections. */
public abstract class AbstractIoUringServerChannel extends AbstractIoUringChannel implements ServerChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);
    /** The length of an address, then the address: 16 bytes, a port and a scope at most. */
    private static final int ACCEPTED_ADDRESS_BYTES = 25;

    AbstractIoUringServerChannel(LinuxSocket socket, boolean active) {
        super(null, socket, active, null, EpollIoOps.EPOLLERR);
    }

    @Override
    public abstract IoUringServerChannelConfig config();

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return null;
    }

    @Override
    SocketAddress readRemoteAddress() {
        return null;
    }

    @Override
    protected void doBind(SocketAddress address) throws Exception {
        super.doBind(address);
        beforeListen();
        socket.listen(config().getBacklog());
        activate();
    }

    /** The socket is bound and does not listen yet. */
    void beforeListen() throws IOException { }

    /**
     * A channel for an accepted connection.
     *
     * @param socket  the connection; this method's to own
     * @param address holds the peer's address
     * @param length  the number of bytes of it; 0 if there is none
     */
    abstract Channel newChild(LinuxSocket socket, byte[] address, int offset, int length) throws Exception;

    @Override
    protected void doWrite(ChannelOutboundBuffer in) {
        throw new UnsupportedOperationException();
    }

    @Override
    protected Object filterOutboundMessage(Object message) {
        throw new UnsupportedOperationException();
    }

    @Override
    protected AbstractIoUringUnsafe newUnsafe() {
        return new ServerUnsafe();
    }

    private final class ServerUnsafe extends AbstractIoUringUnsafe {
        private final byte[] accepted = new byte[ACCEPTED_ADDRESS_BYTES];

        ServerUnsafe() {
            super(AbstractIoUringServerChannel.this);
        }

        @Override
        public void connect(SocketAddress remoteAddress, SocketAddress localAddress, ChannelPromise promise) {
            promise.setFailure(new UnsupportedOperationException());
        }

        @Override
        void read() {
            if (!isOpen()) {
                return;
            }
            ReadAllocation allocation = recvBufAllocHandle();
            allocation.reset(config());
            allocation.attemptedBytesRead(1);
            Throwable failure = null;
            try {
                do {
                    int fd = socket.accept(accepted);
                    allocation.lastDescriptorRead(fd);
                    if (fd < 0) {
                        drained = true;
                        break;
                    }
                    allocation.countDescriptor();
                    readPending = false;
                    pipeline().fireChannelRead(newChild(fd));
                } while (isOpen() && allocation.continueReading());
            } catch (Throwable t) {
                failure = t;
            }
            allocation.endLoop(this, failure);
        }

        private Channel newChild(int fd) throws Exception {
            LinuxSocket child = LinuxSocket.newSocket(fd);
            boolean success = false;
            try {
                Channel channel = AbstractIoUringServerChannel.this.newChild(child, accepted, 1, accepted[0]);
                success = true;
                return channel;
            } finally {
                if (!success) {
                    child.close();
                }
            }
        }
    }
}
