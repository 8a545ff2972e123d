/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.examples;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One direction of a proxied connection: writes to the other channel what it reads from its own. Both channels of a
 * pair are on one event loop, so nothing here is shared between threads.
 */
final class Relay extends ChannelInboundHandlerAdapter {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(Relay.class);

    private final TcpProxy proxy;
    private final SocketChannel own;

    /**
     * What arrived before the other side was there. Nobody asked for it, but when a client ends its output at once,
     * epoll's channels read all that is left without being asked.
     */
    private final Deque<ByteBuf> early = new ArrayDeque<>();

    /** Null as long as the target has not answered. */
    private Relay other;
    private long held;
    private boolean inputEnded;
    private boolean relayedEnd;

    Relay(TcpProxy proxy, SocketChannel own) {
        this.proxy = proxy;
        this.own = own;
    }

    /** Both sides are there: bytes begin to flow. */
    static void join(Relay front, Relay back) {
        front.other = back;
        back.other = front;
        front.start();
        back.start();
    }

    private void start() {
        if (!own.isActive()) {
            closeAfterWrites(other.own);
            return;
        }
        boolean idle = early.isEmpty();
        while (!early.isEmpty()) {
            write(early.poll());
        }
        if (inputEnded) {
            relayEnd();
        } else if (idle) {
            own.read();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf data = (ByteBuf) message;
        held += data.readableBytes();
        proxy.holding(held);
        if (other == null) {
            early.add(data);
        } else {
            write(data);
        }
    }

    private void write(ByteBuf data) {
        int length = data.readableBytes();
        other.own.writeAndFlush(data).addListener((ChannelFuture written) -> {
            held -= length;
            if (!written.isSuccess()) {
                LOGGER.debug("cannot write to {}", other.own, written.cause());
                other.own.close();
            } else if (held == 0 && !inputEnded) {
                // This is the back-pressure: the next read is only asked for now.
                own.read();
            }
        });
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            inputEnded = true;
            if (other != null) {
                relayEnd();
            }
        }
        ctx.fireUserEventTriggered(event);
    }

    /** The sender has ended its output: end ours towards the receiver, behind what is still to be written. */
    private void relayEnd() {
        SocketChannel receiver = other.own;
        receiver.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> {
            relayedEnd = true;
            if (!flushed.isSuccess() || other.relayedEnd) {
                own.close();
                receiver.close();
            } else {
                receiver.shutdownOutput();
            }
        });
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        while (!early.isEmpty()) {
            early.poll().release();
        }
        if (other != null) {
            closeAfterWrites(other.own);
        }
        ctx.fireChannelInactive();
    }

    private static void closeAfterWrites(SocketChannel channel) {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOGGER.debug("{} failed", own, cause);
        own.close();
    }
}
