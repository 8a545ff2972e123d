/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

import java.io.IOException;

/** One side of something that loses nothing. */
abstract class AbstractStreamEnd extends SoakEnd {
    private static final int NOT_AWAITED = -1;

    private long closeAt = NOT_AWAITED;
    private int lastBytes;
    private boolean stopped;
    private boolean inputEnded;

    AbstractStreamEnd(SoakConnection connection, boolean isClient) {
        super(connection, isClient);
    }

    /** Sends about so much; notes in {@link #sent} what it is. */
    abstract ChannelFuture write(int bytes, int writes);

    /** Takes what has come, and counts it in {@link #received}. */
    abstract void take(Object message);

    @Override
    public final void handlerAdded(ChannelHandlerContext ctx) {
        super.handlerAdded(ctx);
        if (!isClient) {
            // It was made for the client's first bytes, and answers with its own.
            ready = true;
            write(1, 1);
        }
    }

    @Override
    final void send(int bytes, int writes) {
        if (connection.ending == null && !stopped && !closed && sent - other().received < connection.link.window()) {
            write(bytes, writes);
            connection.counts().count(SoakEvent.SEND);
        }
    }

    @Override
    public final void channelRead(ChannelHandlerContext ctx, Object message) {
        take(message);
        ready = true;
        closeIfAllIsThere();
    }

    @Override
    final void end(Ending ending, int lastBytes) {
        this.lastBytes = lastBytes;
        if (ending == Ending.RESET) {
            reset();
        } else if (ending == Ending.HALF_CLOSE) {
            endOutput(() -> { });
        } else {
            SoakEnd other = other();
            other.post(() -> {
                ((AbstractStreamEnd) other).stopped = true;
                long all = other.sent;
                post(() -> {
                    closeAt = all;
                    closeIfAllIsThere();
                });
            });
        }
    }

    private void closeIfAllIsThere() {
        if (closeAt != NOT_AWAITED && received >= closeAt) {
            closeAt = NOT_AWAITED;
            stopped = true;
            after(write(lastBytes, 2), () -> channel.close());
        }
    }

    /** After some last bytes; then {@code next} is done. */
    private void endOutput(Runnable next) {
        stopped = true;
        after(write(lastBytes + 1, 2), () -> ((DuplexChannel) channel).shutdownOutput().addListener(done -> {
            if (done.isSuccess()) {
                post(next);
            } else if (!isExcused(done.cause())) {
                connection.violated(this, "cannot end its output: " + done.cause());
            }
        }));
    }

    @Override
    public final void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            inputEnded();
            if (connection.ending == Ending.HALF_CLOSE && !stopped) {
                endOutput(() -> channel.close());
            } else {
                channel.close();
            }
        }
    }

    @Override
    public final void channelInactive(ChannelHandlerContext ctx) {
        inputEnded();
    }

    private void inputEnded() {
        Ending ending = connection.ending;
        String violation = inputEnded || ending == Ending.RESET ? null
                : ending == null ? "its input ended, and nobody has asked for it"
                : received != other().sent ? "its input ended before all had come" : null;
        inputEnded = true;
        if (violation != null && !connection.brokenByFault()) {
            connection.violated(this, violation);
        }
    }

    @Override
    final boolean isExcused(Throwable cause) {
        // The peer of one that has closed may still say good-bye, and be answered with a reset.
        boolean goodBye = connection.ending == Ending.CLOSE && channel.pipeline().context(SslHandler.class) != null
                && received == other().sent && cause instanceof IOException;
        return goodBye || super.isExcused(cause);
    }

    @Override
    final boolean isAwaiting() {
        return !paused && received < other().sent;
    }
}
