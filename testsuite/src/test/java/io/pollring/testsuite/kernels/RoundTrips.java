/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.kernels;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Sends one message after the other to an echo, and compares what comes back. */
final class RoundTrips extends ChannelInboundHandlerAdapter {
    /** Small ones, and at the end one that no socket takes or gives at once; datagrams stay below their limit. */
    private static final int[] STREAM_SIZES = sizes(300_000);
    private static final int[] DATAGRAM_SIZES = sizes(1_400);

    final CompletableFuture<Void> done = new CompletableFuture<>();

    private final int[] sizes;
    private final Function<ByteBuf, Object> wrap;
    private final Function<Object, ByteBuf> unwrap;
    private int round;
    private int received;

    private RoundTrips(int[] sizes, Function<ByteBuf, Object> wrap, Function<Object, ByteBuf> unwrap) {
        this.sizes = sizes;
        this.wrap = wrap;
        this.unwrap = unwrap;
    }

    static RoundTrips ofStream() {
        return new RoundTrips(STREAM_SIZES, message -> message, message -> (ByteBuf) message);
    }

    static RoundTrips ofDatagrams(Function<ByteBuf, Object> wrap, Function<Object, ByteBuf> unwrap) {
        return new RoundTrips(DATAGRAM_SIZES, wrap, unwrap);
    }

    private static int[] sizes(int last) {
        int[] sizes = new int[100];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = 1 + i * 7;
        }
        sizes[sizes.length - 1] = last;
        return sizes;
    }

    /** On any thread, when the other end can take the first message. */
    void start(Channel channel) {
        channel.eventLoop().execute(() -> send(channel));
    }

    private void send(Channel channel) {
        byte[] content = new byte[sizes[round]];
        for (int i = 0; i < content.length; i++) {
            content[i] = expected(i);
        }
        received = 0;
        channel.writeAndFlush(wrap.apply(channel.alloc().directBuffer(content.length).writeBytes(content)))
                .addListener(future -> {
                    if (!future.isSuccess()) {
                        done.completeExceptionally(future.cause());
                    }
                });
    }

    private byte expected(int index) {
        return (byte) (round * 31 + index);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf content = unwrap.apply(message);
        try {
            while (content.isReadable()) {
                byte value = content.readByte();
                if (value != expected(received)) {
                    throw new IllegalStateException("round " + round + ": byte " + received + " came back as " + value);
                }
                received++;
            }
        } finally {
            content.release();
        }
        if (received < sizes[round]) {
            return;
        }
        round++;
        if (round < sizes.length) {
            send(ctx.channel());
        } else {
            done.complete(null);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        done.completeExceptionally(new IllegalStateException("the channel was closed in round " + round));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        done.completeExceptionally(cause);
    }

    @Override
    public String toString() {
        return "round " + round + " of " + sizes.length + ", " + received + " bytes of it are back";
    }
}
