/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.ChannelPromise;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;

import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.channels.ConnectionPendingException;

/** A channel's handle: what its loop tells it, and how it connects. All of it belongs to the loop's thread. */
abstract class AbstractIoUringUnsafe extends AbstractIoUringChannel.Handle implements EpollIoHandle {
    private static final int ERROR_OR_OUT = EpollIoOps.EPOLLERR.value() | EpollIoOps.EPOLLOUT.value();
    private static final int ERROR_OR_IN = EpollIoOps.EPOLLERR.value() | EpollIoOps.EPOLLIN.value();
    private static final int PEER_DONE = EpollIoOps.EPOLLRDHUP.value();

    /** A read was asked for and not yet answered with a message. */
    boolean readPending;
    /** Whether the last {@link #readReady()} has proved that there is nothing left to read. */
    boolean drained;
    /** {@code null} until it is needed: the user may still choose another allocator. */
    ReadAllocation allocation;
    private ConnectAttempt attempt;

    AbstractIoUringUnsafe(AbstractIoUringChannel channel) {
        channel.super();
    }

    @Override
    public final FileDescriptor fd() {
        return channel().socket;
    }

    @Override
    public final void close() {
        close(voidPromise());
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

    @Override
    public final void handle(IoRegistration registration, IoEvent event) {
        int events = ((EpollIoEvent) event).ops().value();
        // Writing first: a refused connection has to fail its promise before a read meets the error. And reading
        // before the peer's end, so that all of the data is told before the end is.
        if ((events & ERROR_OR_OUT) != 0) {
            writeReady();
        }
        if ((events & ERROR_OR_IN) != 0 && !channel().isGone()) {
            readReady();
        }
        if ((events & PEER_DONE) != 0 && !channel().isGone()) {
            peerDone();
        }
    }

    /** There is something to read: data, an end, an error, or a connection. */
    final void readReady() {
        drained = false;
        read();
    }

    /** Reads what there is, and says whether it has {@linkplain #drained found} the end of it. */
    abstract void read();

    /** The peer has shut its output down, or the connection was reset. */
    void peerDone() {
        channel().unwant(EpollIoOps.EPOLLRDHUP);
    }

    private void writeReady() {
        if (attempt != null) {
            attempt.proceed();
        } else if (channel().socket.isOutputShutdown()) {
            // A socket whose output is over is writable for ever.
            channel().unwant(EpollIoOps.EPOLLOUT);
        } else {
            super.flush0();
        }
    }

    @Override
    protected final void flush0() {
        // While the socket is full, or connecting, writeReady() flushes.
        if (!channel().wants(EpollIoOps.EPOLLOUT)) {
            super.flush0();
        }
    }

    /** To be called at the end of a read loop. */
    final void readLoopDone() {
        if (mayStopReading()) {
            channel().autoReadCleared();
        }
    }

    /** Whether nobody has asked for more than was read: neither {@code autoRead} nor a {@code read()} meanwhile. */
    final boolean mayStopReading() {
        return !readPending && !channel().config().isAutoRead();
    }

    final void stopReading() {
        readPending = false;
        try {
            channel().unwant(EpollIoOps.EPOLLIN);
        } catch (UncheckedIOException e) {
            channel().pipeline().fireExceptionCaught(e);
            close();
        }
    }

    // ---- connecting

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
            boolean wasActive = channel().isActive();
            if (channel().beginConnect(remoteAddress, localAddress)) {
                connected(promise, wasActive);
            } else {
                if (!wasActive) {
                    channel().setConnecting(true);
                }
                attempt = new ConnectAttempt(this, promise, remoteAddress, wasActive);
                attempt.start(channel().config().getConnectTimeoutMillis());
            }
        } catch (Throwable t) {
            closeIfClosed();
            promise.tryFailure(annotateConnectException(t, remoteAddress));
        }
    }

    private void connected(ChannelPromise promise, boolean wasActive) {
        channel().activate();
        // A listener of the promise may close the channel; it was active nevertheless.
        boolean active = channel().isActive();
        boolean wanted = promise.trySuccess();
        if (!wasActive && active) {
            channel().pipeline().fireChannelActive();
        }
        if (!wanted) {
            close();
        }
    }

    /** The attempt has succeeded. */
    final void connectDone(ConnectAttempt done) {
        attempt = null;
        done.stopTimer();
        connected(done.promise, done.wasActive);
    }

    /** A failed attempt's promise is failed with {@code cause}, which is told what it was about. */
    final void connectFailed(ConnectAttempt failed, Throwable cause) {
        abandonAttempt(failed);
        failed.promise.tryFailure(annotateConnectException(cause, failed.remoteAddress));
        closeIfClosed();
    }

    /** The attempt was given up by its user, or has failed. */
    final void abandonAttempt(ConnectAttempt abandoned) {
        abandoned.stopTimer();
        if (attempt == abandoned) {
            attempt = null;
            channel().setConnecting(false);
        }
    }

    /** The channel is closed: nothing comes of an attempt to connect. */
    final void endAttempt() {
        ConnectAttempt pending = attempt;
        if (pending != null) {
            attempt = null;
            pending.closed();
        }
    }
}
