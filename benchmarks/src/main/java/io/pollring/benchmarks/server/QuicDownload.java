/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

import java.io.IOException;

/** One stream on which messages are asked for, two at any time, and compared to what they have to be. */
final class QuicDownload extends ChannelInboundHandlerAdapter {
    private static final int MAX_OUTSTANDING = 2;

    private final QuicLoad load;
    private final long[] askedAt = new long[MAX_OUTSTANDING];
    private ChannelHandlerContext ctx;
    private long asked;
    private long received;
    private long quota;
    /** How much there is of the message that is coming. */
    private int position;

    QuicDownload(QuicLoad load) {
        this.load = load;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        load.add(this);
    }

    /** Begins to ask for so many messages, as long as the load is not over. */
    void begin(long messages, long now) {
        quota = messages;
        for (int i = 0; i < MAX_OUTSTANDING; i++) {
            ask(now);
        }
    }

    private void ask(long now) {
        if (quota > 0 && !load.isOver(now)) {
            quota--;
            askedAt[(int) (asked++ % MAX_OUTSTANDING)] = now;
            load.asked();
            // Of a stream, a flush that has nothing to send may send what its connection has to say: only if needed.
            ctx.writeAndFlush(ctx.alloc().directBuffer(Long.BYTES).writeLong(asked));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object msg) throws IOException {
        ByteBuf bytes = (ByteBuf) msg;
        try {
            while (bytes.isReadable()) {
                take(bytes);
            }
        } finally {
            bytes.release();
        }
    }

    private void take(ByteBuf bytes) throws IOException {
        ByteBuf message = load.message();
        int length = Math.min(bytes.readableBytes(), message.capacity() - position);
        if (received == asked
                || !ByteBufUtil.equals(bytes, bytes.readerIndex(), message, position, length)) {
            throw new IOException("message " + received + " is wrong within " + length + " bytes from " + position);
        }
        bytes.skipBytes(length);
        position += length;
        if (position == message.capacity()) {
            position = 0;
            long now = System.nanoTime();
            load.received(askedAt[(int) (received++ % MAX_OUTSTANDING)], now);
            ask(now);
            load.endIfDone();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        load.fail(cause);
        context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        load.fail(new IOException("a stream was closed"));
    }
}
