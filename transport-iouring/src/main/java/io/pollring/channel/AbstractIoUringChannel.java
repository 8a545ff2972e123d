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
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.unix.UnixChannelUtil;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.AlreadyConnectedException;

/**
 * What all of Pollring's own channels share: the life cycle, the registration with a loop, and the interest in events.
 *
 * <p>A channel runs on every loop that takes an {@link EpollIoHandle}: Pollring's, and Netty's own epoll loop.
 */
public abstract class AbstractIoUringChannel extends AbstractChannel implements UnixChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false);

    static {
        // The constructors of our channels make sockets, perhaps before anybody else has loaded Netty's library.
        Epoll.ensureAvailability();
    }

    final LinuxSocket socket;
    private volatile ChannelState state;
    private volatile SocketAddress local;
    private volatile SocketAddress remote;
    // From here on: the loop's thread only, once there is a loop.
    private final Interest interest;

    /**
     * @param socket  owned by the channel from here on
     * @param active  whether {@code socket} is connected, or bound
     * @param remote  the other end of a connection, where that is known already; otherwise {@code null}
     * @param initial what the channel always wants to hear of
     */
    AbstractIoUringChannel(Channel parent, LinuxSocket socket, boolean active, SocketAddress remote,
                           EpollIoOps initial) {
        super(parent);
        this.socket = socket;
        interest = new Interest(initial);
        state = active ? ChannelState.ACTIVE : ChannelState.OPEN;
        if (active) {
            local = readLocalAddress();
            this.remote = remote != null ? remote : readRemoteAddress();
        }
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

    /** An attempt to connect has begun, or is over without a connection: that changes no other state than these two. */
    final void setConnecting(boolean connecting) {
        if (state == (connecting ? ChannelState.OPEN : ChannelState.CONNECTING)) {
            state = connecting ? ChannelState.CONNECTING : ChannelState.OPEN;
        }
    }

    /** The socket is not connected any more, but open. */
    final void deactivate() {
        state = ChannelState.OPEN;
        local = readLocalAddress();
        remote = readRemoteAddress();
    }

    /** The socket is closed, and nobody is to be told where it was. */
    final void forgetAddresses() {
        local = null;
        remote = null;
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
                if (unsafe.mayStopReading()) {
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
    final boolean beginConnect(SocketAddress remoteAddress, SocketAddress localAddress) throws Exception {
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
        try {
            boolean connected = connectSocket(remoteAddress);
            if (!connected) {
                want(EpollIoOps.EPOLLOUT);
            }
            return connected;
        } catch (Throwable t) {
            doClose();
            throw t;
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
            ((AbstractIoUringUnsafe) unsafe()).endAttempt();
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

    /** Netty lets nobody but a channel name what its handle is made of. */
    abstract class Handle extends AbstractUnsafe {
        AbstractIoUringChannel channel() {
            return AbstractIoUringChannel.this;
        }
    }
}
