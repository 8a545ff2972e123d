/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.util.concurrent.Future;

import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;

/**
 * A connection that is being made: ends when the socket says so, when its time is up, or when its promise is cancelled.
 *
 * <p>Belongs to the loop's thread.
 */
final class ConnectAttempt implements Runnable, ChannelFutureListener {
    final ChannelPromise promise;
    final SocketAddress remoteAddress;
    /** Whether the channel was active before: a datagram channel that is bound. */
    final boolean wasActive;
    private final AbstractIoUringUnsafe unsafe;
    private int timeoutMillis;
    private Future<?> timer;

    ConnectAttempt(AbstractIoUringUnsafe unsafe, ChannelPromise promise, SocketAddress remoteAddress,
                   boolean wasActive) {
        this.unsafe = unsafe;
        this.promise = promise;
        this.remoteAddress = remoteAddress;
        this.wasActive = wasActive;
    }

    /**
     * Watches the clock and the promise.
     *
     * @param timeoutMillis in milliseconds; none if 0
     */
    void start(int timeoutMillis) {
        if (timeoutMillis > 0) {
            this.timeoutMillis = timeoutMillis;
            timer = unsafe.channel().eventLoop().schedule(this, timeoutMillis, TimeUnit.MILLISECONDS);
        }
        promise.addListener(this);
    }

    /** The socket has something to say of it. */
    void proceed() {
        try {
            if (unsafe.channel().finishConnect(remoteAddress)) {
                unsafe.connectDone(this);
            }
        } catch (Throwable t) {
            unsafe.connectFailed(this, t);
        }
    }

    /** The time is up. */
    @Override
    public void run() {
        if (promise.tryFailure(new ConnectTimeoutException(
                "connection timed out after " + timeoutMillis + " ms: " + remoteAddress))) {
            unsafe.close(unsafe.voidPromise());
        }
    }

    @Override
    public void operationComplete(ChannelFuture future) {
        if (future.isCancelled()) {
            unsafe.abandonAttempt(this);
            unsafe.close(unsafe.voidPromise());
        }
    }

    /** The channel was closed. */
    void closed() {
        stopTimer();
        // The promise may have been cancelled just now.
        promise.tryFailure(new ClosedChannelException());
    }

    void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
