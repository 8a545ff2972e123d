/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.unix.UnixChannelUtil;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ConnectionPendingException;

/**
 * What all of Pollring's own channels share: the life cycle, the registration with a loop, and the interest in events.
 *
 * <p>A channel runs on every loop that takes an {@link EpollIoHandle}: Pollring's, and Netty's own epoll loop.
 */
public abstract class AbstractIoUringChannel extends AbstractChannel implements UnixChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false);
    private static final int ERROR_OR_OUT = EpollIoOps.EPOLLERR.value() | EpollIoOps.EPOLLOUT.value();
    private static final int ERROR_OR_IN = EpollIoOps.EPOLLERR.value() | EpollIoOps.EPOLLIN.value();
    private static final int PEER_DONE = EpollIoOps.EPOLLRDHUP.value();

    final LinuxSocket socket;
    private volatile ChannelState state;
    private volatile SocketAddress local;
    private volatile SocketAddress remote;
    // From here on: the loop's thread only, once there is a loop.
    private final Interest interest;
    private ConnectAttempt attempt;

    /**
     * @param socket  owned by the channel from here on
     * @param active  whether {@code socket} is connected, or bound
     * @param initial what the channel always wants to hear of
     */
    AbstractIoUringChannel(Channel parent, LinuxSocket socket, boolean active, EpollIoOps initial) {
        super(parent);
        this.socket = socket;
        interest = new Interest(initial);
        state = active ? ChannelState.ACTIVE : ChannelState.OPEN;
        if (active) {
            local = readLocalAddress();
            remote = readRemoteAddress();
        }
    }

    /** Of a connection that was accepted from {@code remote}. */
    AbstractIoUringChannel(Channel parent, LinuxSocket socket, SocketAddress remote, EpollIoOps initial) {
        super(parent);
        this.socket = socket;
        interest = new Interest(initial);
        state = ChannelState.ACTIVE;
        local = readLocalAddress();
        this.remote = remote;
    }

    @Override
    public final FileDescriptor fd() {
        return socket;
    }

    @Override
    public abstract IoUringChannelConfig config();

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public boolean isOpen() {
        return socket.isOpen();
    }

    @Override
    public boolean isActive() {
        return state == ChannelState.ACTIVE;
    }

    /** Whether the socket must be left alone: its number may be another's at any time. */
    final boolean isGone() {
        return state.compareTo(ChannelState.CLOSING) >= 0;
    }

    /** The loop is done with the socket; {@link #doClose()} follows, in another thread. */
    final void closeElsewhere() {
        state = ChannelState.CLOSING;
        interest.cancel();
    }

    /** The socket is connected or bound: the channel is active, and hears of events if it is registered. */
    final void activate() {
        state = ChannelState.ACTIVE;
        interest.submit();
    }

    /** The socket is not connected any more, but open. */
    final void deactivate() {
        state = ChannelState.OPEN;
        local = readLocalAddress();
        remote = readRemoteAddress();
    }

    @Override
    protected SocketAddress localAddress0() {
        return local;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return remote;
    }

    /** The address that the kernel has for this end, or {@code null}. */
    SocketAddress readLocalAddress() {
        return socket.localAddress();
    }

    /** The address that the kernel has for the other end, or {@code null}. */
    SocketAddress readRemoteAddress() {
        return socket.remoteAddress();
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return loop instanceof IoEventLoop && ((IoEventLoop) loop).isCompatible(AbstractIoUringUnsafe.class);
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        interest.register(this, promise);
    }

    /** Ends the registration with a loop, if there is one. What the channel wants of its loop it wants of the next. */
    void leaveLoop() {
        interest.leave();
    }

    /** Whether a channel that is registered can have events now. */
    boolean hearsEvents() {
        return isActive();
    }

    @Override
    protected void doDeregister() throws Exception {
        interest.cancel();
    }

    final boolean wants(EpollIoOps ops) {
        return interest.contains(ops);
    }

    final void want(EpollIoOps ops) {
        interest.add(ops);
    }

    final void unwant(EpollIoOps ops) {
        interest.remove(ops);
    }

    @Override
    protected void doBeginRead() throws Exception {
        ((AbstractIoUringUnsafe) unsafe()).readPending = true;
        want(EpollIoOps.EPOLLIN);
    }

    /** {@code autoRead} was switched off, by any thread. */
    final void autoReadCleared() {
        if (!isRegistered()) {
            unwant(EpollIoOps.EPOLLIN);
            return;
        }
        AbstractIoUringUnsafe unsafe = (AbstractIoUringUnsafe) unsafe();
        if (eventLoop().inEventLoop()) {
            unsafe.stopReading();
        } else {
            eventLoop().execute(() -> {
                // A read that was asked for meanwhile stands.
                if (!unsafe.readPending && !config().isAutoRead()) {
                    unsafe.stopReading();
                }
            });
        }
    }

    @Override
    protected void doBind(SocketAddress address) throws Exception {
        Sockets.checkResolved(address);
        bindSocket(address);
        local = localAfterBind(address);
    }

    /** {@code bind(2)}. */
    void bindSocket(SocketAddress address) throws IOException {
        socket.bind(address);
    }

    /** What the channel's local address is after a bind to {@code address}. */
    private SocketAddress localAfterBind(SocketAddress address) {
        return address instanceof DomainSocketAddress ? address : readLocalAddress();
    }

    /**
     * Begins to connect.
     *
     * @return whether the connection was made at once
     */
    boolean beginConnect(SocketAddress remoteAddress, SocketAddress localAddress) throws Exception {
        Sockets.checkResolved(localAddress);
        Sockets.checkResolved(remoteAddress);
        if (remote != null) {
            // The kernel does not say EISCONN of a connection that was made behind an EINPROGRESS.
            throw new AlreadyConnectedException();
        }
        if (localAddress != null) {
            bindSocket(localAddress);
        }
        boolean connected = startConnect(remoteAddress);
        if (connected) {
            remote = remoteAfterConnect(remoteAddress);
        }
        // The bind, ours or the kernel's own, has taken place whether the connection is made or not.
        local = localAddress == null ? readLocalAddress() : localAfterBind(localAddress);
        return connected;
    }

    private boolean startConnect(SocketAddress remoteAddress) throws Exception {
        boolean success = false;
        try {
            boolean connected = connectSocket(remoteAddress);
            if (!connected) {
                want(EpollIoOps.EPOLLOUT);
            }
            success = true;
            return connected;
        } finally {
            if (!success) {
                doClose();
            }
        }
    }

    /**
     * {@code connect(2)}.
     *
     * @return whether the connection was made at once
     */
    boolean connectSocket(SocketAddress remoteAddress) throws Exception {
        return socket.connect(remoteAddress);
    }

    /** What the channel's remote address is after a connect to {@code address}. */
    SocketAddress remoteAfterConnect(SocketAddress address) {
        return address instanceof InetSocketAddress
                ? UnixChannelUtil.computeRemoteAddr((InetSocketAddress) address, socket.remoteAddress()) : address;
    }

    /** Whether the attempt that has begun is through. */
    boolean finishConnect(SocketAddress requested) throws IOException {
        if (!socket.finishConnect()) {
            want(EpollIoOps.EPOLLOUT);
            return false;
        }
        unwant(EpollIoOps.EPOLLOUT);
        remote = remoteAfterConnect(requested);
        return true;
    }

    @Override
    protected void doDisconnect() throws Exception {
        doClose();
    }

    @Override
    protected void doClose() throws Exception {
        state = ChannelState.CLOSED;
        try {
            ConnectAttempt pending = attempt;
            if (pending != null) {
                attempt = null;
                pending.closed();
            }
            if (isRegistered()) {
                // SO_LINGER makes another thread than the loop's close the socket.
                if (eventLoop().inEventLoop()) {
                    doDeregister();
                } else {
                    eventLoop().execute(this::deregisterLate);
                }
            }
        } finally {
            closeSocket();
        }
    }

    /** {@code close(2)}; by another thread than the loop's where that may wait. */
    void closeSocket() throws IOException {
        socket.close();
    }

    private void deregisterLate() {
        try {
            doDeregister();
        } catch (Throwable t) {
            pipeline().fireExceptionCaught(t);
        }
    }

    @Override
    protected abstract AbstractIoUringUnsafe newUnsafe();

    /** The channel's handle. All of it belongs to the loop's thread. */
    abstract class AbstractIoUringUnsafe extends AbstractUnsafe implements EpollIoHandle {
        /** A read was asked for and not yet answered with a message. */
        boolean readPending;
        /** {@code null} until it is needed: the user may still choose another allocator. */
        ReadAllocation allocation;

        @Override
        public final FileDescriptor fd() {
            return socket;
        }

        @Override
        public final void close() {
            close(voidPromise());
        }

        final AbstractIoUringChannel channel() {
            return AbstractIoUringChannel.this;
        }

        @Override
        public final ReadAllocation recvBufAllocHandle() {
            if (allocation == null) {
                allocation = newAllocation((RecvByteBufAllocator.ExtendedHandle) super.recvBufAllocHandle());
            }
            return allocation;
        }

        ReadAllocation newAllocation(RecvByteBufAllocator.ExtendedHandle handle) {
            return new ReadAllocation(handle, false, false);
        }

        /** Whether the last {@link #readReady()} has proved that there is nothing left to read. */
        abstract boolean isDrained();

        @Override
        public final void handle(IoRegistration registration, IoEvent event) {
            int events = ((EpollIoEvent) event).ops().value();
            // Writing first: a refused connection has to fail its promise before a read meets the error. And reading
            // before the peer's end, so that all of the data is told before the end is.
            if ((events & ERROR_OR_OUT) != 0) {
                writeReady();
            }
            if ((events & ERROR_OR_IN) != 0 && !isGone()) {
                readReady();
            }
            if ((events & PEER_DONE) != 0 && !isGone()) {
                peerDone();
            }
        }

        /** There is something to read: data, an end, an error, or a connection. */
        abstract void readReady();

        /** The peer has shut its output down, or the connection was reset. */
        void peerDone() {
            unwant(EpollIoOps.EPOLLRDHUP);
        }

        private void writeReady() {
            if (attempt != null) {
                attempt.proceed();
            } else if (socket.isOutputShutdown()) {
                // A socket whose output is over is writable for ever.
                unwant(EpollIoOps.EPOLLOUT);
            } else {
                super.flush0();
            }
        }

        @Override
        protected final void flush0() {
            // While the socket is full, or connecting, writeReady() flushes.
            if (!wants(EpollIoOps.EPOLLOUT)) {
                super.flush0();
            }
        }

        /** To be called at the end of a read loop. */
        final void readLoopDone() {
            if (mayStopReading()) {
                autoReadCleared();
            }
        }

        /** Whether nobody has asked for more than was read: neither {@code autoRead} nor a {@code read()} meanwhile. */
        final boolean mayStopReading() {
            return !readPending && !config().isAutoRead();
        }

        final void stopReading() {
            readPending = false;
            try {
                unwant(EpollIoOps.EPOLLIN);
            } catch (UncheckedIOException e) {
                pipeline().fireExceptionCaught(e);
                close(voidPromise());
            }
        }

        @Override
        public void connect(SocketAddress remoteAddress, SocketAddress localAddress, ChannelPromise promise) {
            // Not marked as uncancellable: an attempt that waits can be cancelled.
            if (promise.isDone() || !ensureOpen(promise)) {
                return;
            }
            try {
                if (attempt != null) {
                    throw new ConnectionPendingException();
                }
                boolean wasActive = isActive();
                if (beginConnect(remoteAddress, localAddress)) {
                    connected(promise, wasActive);
                } else {
                    if (!wasActive) {
                        state = ChannelState.CONNECTING;
                    }
                    attempt = new ConnectAttempt(this, promise, remoteAddress, wasActive);
                    attempt.start(config().getConnectTimeoutMillis());
                }
            } catch (Throwable t) {
                closeIfClosed();
                promise.tryFailure(annotateConnectException(t, remoteAddress));
            }
        }

        private void connected(ChannelPromise promise, boolean wasActive) {
            activate();
            // A listener of the promise may close the channel; it was active nevertheless.
            boolean active = isActive();
            boolean wanted = promise.trySuccess();
            if (!wasActive && active) {
                pipeline().fireChannelActive();
            }
            if (!wanted) {
                close(voidPromise());
            }
        }

        /** A failed attempt's promise is failed with {@code cause}, which is told what it was about. */
        final void connectFailed(ConnectAttempt failed, Throwable cause) {
            abandonAttempt(failed);
            failed.promise.tryFailure(annotateConnectException(cause, failed.remoteAddress));
            closeIfClosed();
        }

        /** The attempt has succeeded. */
        final void connectDone(ConnectAttempt done) {
            attempt = null;
            done.stopTimer();
            connected(done.promise, done.wasActive);
        }

        /** The attempt was given up by its user, or has failed. */
        final void abandonAttempt(ConnectAttempt abandoned) {
            abandoned.stopTimer();
            if (attempt == abandoned) {
                attempt = null;
                if (state == ChannelState.CONNECTING) {
                    state = ChannelState.OPEN;
                }
            }
        }
    }
}
