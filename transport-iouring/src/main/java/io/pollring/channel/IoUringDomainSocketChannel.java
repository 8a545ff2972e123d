/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketChannel;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.PeerCredentials;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.loop.StreamRegistration;
import io.pollring.ring.Native;

import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.RejectedExecutionException;

/**
 * A {@link DomainSocketChannel} of Pollring. A {@link FileDescriptor} that is written goes to the peer; the peer gets
 * one in {@link DomainSocketReadMode#FILE_DESCRIPTORS}, and has to close it.
 */
public final class IoUringDomainSocketChannel extends AbstractIoUringStreamChannel implements DomainSocketChannel {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(IoUringDomainSocketChannel.class);

    private final IoUringDomainSocketChannelConfig config = new IoUringDomainSocketChannelConfig(this);

    public IoUringDomainSocketChannel() {
        super(null, LinuxSocket.newSocketDomain(), false);
    }

    /**
     * A channel of a socket that exists, connected or not; the channel owns it from here on. It has to be non-blocking
     * ({@code O_NONBLOCK}): otherwise it would block the loop.
     */
    public IoUringDomainSocketChannel(int fd) {
        super(null, LinuxSocket.newSocket(fd), Sockets.hasNoError(fd));
    }

    /** @param active whether the socket is connected */
    public IoUringDomainSocketChannel(int fd, boolean active) {
        super(null, LinuxSocket.newSocket(fd), active);
    }

    IoUringDomainSocketChannel(Channel parent, LinuxSocket socket) {
        super(parent, socket, true);
    }

    @Override
    public IoUringDomainSocketChannelConfig config() {
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

    /**
     * Who has made the other end.
     *
     * @throws IOException if the socket is not connected, or closed
     */
    public PeerCredentials peerCredentials() throws IOException {
        if (Native.loadFailure() == null) {
            return Native.peerCredentials(socket.intValue());
        }
        // Netty's epoll library tells as well, but to a channel of its own only, which is never registered here.
        return new EpollDomainSocketChannel(socket.intValue(), true).peerCredentials();
    }

    @Override
    SocketAddress readLocalAddress() {
        return socket.localDomainSocketAddress();
    }

    @Override
    SocketAddress readRemoteAddress() {
        return socket.remoteDomainSocketAddress();
    }

    @Override
    boolean shortReadDrains() {
        // The kernel stops at a message that carries file descriptors.
        return false;
    }

    @Override
    boolean readsBytes() {
        return config.getReadMode() == DomainSocketReadMode.BYTES;
    }

    /** Called by the config, in any thread. */
    void readModeChanged() {
        if (!isRegistered()) {
            return;
        }
        if (!eventLoop().inEventLoop()) {
            try {
                eventLoop().execute(this::readModeChanged);
            } catch (RejectedExecutionException e) {
                // The loop has ended, and closes all its channels.
                logger.debug("{} cannot tell its loop of the read mode", this, e);
            }
        } else if (!readsBytes()) {
            stopReceiving();
        } else if (streamRegistration() != null) {
            streamRegistration().receptionChanged();
            StreamReader.readKeptLater(this);
        }
    }

    /** What comes next has to stay in the socket. */
    private void stopReceiving() {
        StreamRegistration registration = streamRegistration();
        if (registration != null && registration.mustReceive()) {
            registration.stopReceiving();
        }
    }

    @Override
    protected Object filterOutboundMessage(Object message) throws Exception {
        return message instanceof FileDescriptor ? message : super.filterOutboundMessage(message);
    }

    @Override
    int writeOther(ChannelOutboundBuffer in, Object message) throws Exception {
        if (!(message instanceof FileDescriptor)) {
            return super.writeOther(in, message);
        }
        if (socket.sendFd(((FileDescriptor) message).intValue()) <= 0) {
            return DirectWriter.FULL;
        }
        in.remove();
        return 1;
    }

    @Override
    protected StreamUnsafe newUnsafe() {
        return new DomainUnsafe();
    }

    private final class DomainUnsafe extends StreamUnsafe {
        DomainUnsafe() {
            super(IoUringDomainSocketChannel.this);
        }

        @Override
        public boolean isReceivable() {
            // Who chooses himself how much to read may do so to read descriptors from there on.
            return super.isReceivable() && readsBytes() && guessesOnly();
        }

        /** That would drop descriptors that come when the user has not asked for more, and then asks for them. */
        @Override
        public boolean isReceivableAhead() {
            return false;
        }

        /** Whether the allocator that reads ask, or will ask, only guesses how much comes. */
        private boolean guessesOnly() {
            return allocation != null ? allocation.isAdaptive()
                    : config.getRecvByteBufAllocator().getClass() == AdaptiveRecvByteBufAllocator.class;
        }

        @Override
        void read() {
            if (readsBytes()) {
                super.read();
            } else {
                stopReceiving();
                readDescriptors();
            }
        }

        private void readDescriptors() {
            if (socket.isInputShutdown()) {
                stopReading();
                return;
            }
            ReadAllocation allocation = recvBufAllocHandle();
            allocation.reset(config);
            allocation.attemptDescriptor();
            Throwable failure = null;
            try {
                do {
                    int fd = socket.recvFd();
                    allocation.lastDescriptorRead(fd);
                    if (fd == 0) {
                        break;
                    }
                    if (fd < 0) {
                        close();
                        readLoopDone();
                        return;
                    }
                    allocation.countDescriptor();
                    readPending = false;
                    pipeline().fireChannelRead(new FileDescriptor(fd));
                } while (!socket.isInputShutdown() && allocation.continueReading());
            } catch (Throwable t) {
                failure = t;
            }
            allocation.endLoop(this, failure);
        }
    }
}
