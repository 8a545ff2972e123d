/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.unix.UnixChannel;
import io.pollring.channel.Reverts;

import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;

/**
 * One side of a connection. What is to be done to it is posted: it waits while the channel is between two loops, and
 * runs on the loop that the channel has then, as Netty wants it.
 */
abstract class SoakEnd extends ChannelInboundHandlerAdapter {
    final SoakConnection connection;
    final boolean isClient;
    /** Written on the channel's loop, read by the judge; bytes, datagrams or descriptors. */
    volatile long sent;
    volatile long received;
    volatile Channel channel;
    /** Whether the other side has been heard of. */
    volatile boolean ready;
    volatile boolean paused;
    volatile boolean closed;
    private volatile boolean moving;
    private boolean slow;
    private final Queue<Runnable> posted = new ConcurrentLinkedQueue<>();

    SoakEnd(SoakConnection connection, boolean isClient) {
        this.connection = connection;
        this.isClient = isClient;
    }

    /** Sends about so much, in some writes, unless the connection is about to end. */
    abstract void send(int bytes, int writes);

    /** What is left to send; then the connection ends as it was told to, begun by this end. */
    abstract void end(Ending ending, int lastBytes);

    /** How much is on the way to this end that should get on. */
    abstract boolean isAwaiting();

    final SoakEnd other() {
        return isClient ? connection.server : connection.client;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel = ctx.channel();
        channel.closeFuture().addListener(future -> {
            if (connection.ending == null && !connection.brokenByFault()) {
                connection.violated(this, "closed, and nobody has asked for it");
            }
            closed = true;
            connection.endClosed();
        });
        wake();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!isExcused(cause)) {
            connection.violated(this, "exception: " + cause + at(cause));
        }
        ctx.close();
    }

    /** What an error is no surprise for. */
    boolean isExcused(Throwable cause) {
        return connection.ending == Ending.RESET && cause instanceof IOException || connection.brokenByFault(cause);
    }

    private static String at(Throwable cause) {
        StackTraceElement[] trace = cause.getStackTrace();
        return trace.length == 0 ? "" : " at " + trace[0];
    }

    final void post(Runnable operation) {
        posted.add(operation);
        wake();
    }

    private void wake() {
        Channel current = channel;
        if (current == null || moving || closed) {
            return;
        }
        try {
            current.eventLoop().execute(this::runPosted);
        } catch (RejectedExecutionException e) {
            connection.violated(this, "its loop is gone");
        }
    }

    private void runPosted() {
        if (!moving && !channel.eventLoop().inEventLoop()) {
            wake();
            return;
        }
        Runnable operation;
        while (!moving && (operation = posted.poll()) != null) {
            operation.run();
        }
    }

    final void move(EventLoop next) {
        if (connection.ending != null || closed || next == channel.eventLoop()) {
            return;
        }
        moving = true;
        channel.deregister().addListener(left -> {
            if (!left.isSuccess() && !connection.brokenByFault(left.cause())) {
                connection.violated(this, "cannot leave its loop: " + left.cause());
            }
            next.register(channel).addListener(arrived -> {
                moving = false;
                if (arrived.isSuccess()) {
                    connection.counts().count(SoakEvent.MOVE);
                    // Netty forgets that a channel waits to be writable when it leaves a loop.
                    channel.flush();
                } else if (connection.ending == null && !connection.brokenByFault(arrived.cause())) {
                    connection.violated(this, "cannot go to another loop: " + arrived.cause());
                }
                wake();
            });
        });
    }

    final void revert() {
        if (!closed && Reverts.revert(channel, "soak")) {
            connection.counts().count(SoakEvent.REVERT);
        }
    }

    final void pause() {
        if (connection.ending == null && !slow) {
            paused = true;
            channel.config().setAutoRead(false);
            connection.counts().count(SoakEvent.PAUSE);
        }
    }

    final void beSlow() {
        if (connection.ending == null && !paused) {
            slow = true;
            channel.config().setAutoRead(false);
            connection.counts().count(SoakEvent.SLOW);
        }
    }

    final void readOnce() {
        if (slow) {
            channel.read();
        }
    }

    /** After a pause, or slowness. */
    final void resume() {
        paused = false;
        slow = false;
        channel.config().setAutoRead(true);
    }

    final void reset() {
        if (connection.link.isInet() && channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        // Past the handlers: TLS would say good-bye.
        channel.pipeline().firstContext().close();
    }

    /** When {@code last} is done. */
    final void after(ChannelFuture last, Runnable operation) {
        last.addListener(future -> {
            if (future.isSuccess()) {
                post(operation);
            }
        });
    }

    final void checkWrite(ChannelFuture write) {
        write.addListener(future -> {
            if (!future.isSuccess() && !isExcused(future.cause())) {
                connection.violated(this, "cannot write: " + future.cause());
            }
        });
    }

    /** As {@link #toString()}, and what can be seen of why it does not get on. */
    final String details() {
        Channel current = channel;
        return current == null ? toString() : this + " " + current.getClass().getSimpleName() + ' '
                + (current instanceof UnixChannel ? ((UnixChannel) current).fd() : "")
                + " on " + current.eventLoop() + " auto-read=" + current.config().isAutoRead()
                + " unwritable after " + current.bytesBeforeUnwritable() + " bytes";
    }

    @Override
    public String toString() {
        return (isClient ? "client " : "server ") + channel + " sent=" + sent + " received=" + received
                + (paused ? " paused" : "") + (slow ? " slow" : "") + (moving ? " moving" : "")
                + (ready ? "" : " not ready") + " posted=" + posted.size();
    }
}
