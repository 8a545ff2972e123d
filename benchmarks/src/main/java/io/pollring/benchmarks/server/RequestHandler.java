/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

/**
 * Takes the stream of bytes for requests of one length. They mostly come whole and alone, as a client sends the next
 * one when it has the reply; but nothing obliges TCP to that.
 */
abstract class RequestHandler extends EchoHandler {
    private final int requestSize;
    /** The beginning of a request whose end is still to come, or {@code null}. */
    private ByteBuf beginning;

    RequestHandler(int requestSize) {
        this.requestSize = requestSize;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf bytes = (ByteBuf) msg;
        if (beginning == null && bytes.readableBytes() == requestSize) {
            answer(ctx, bytes);
        } else {
            split(ctx, bytes);
        }
    }

    private void split(ChannelHandlerContext ctx, ByteBuf bytes) {
        try {
            while (bytes.isReadable()) {
                if (beginning == null) {
                    beginning = ctx.alloc().directBuffer(requestSize, requestSize);
                }
                beginning.writeBytes(bytes, Math.min(beginning.writableBytes(), bytes.readableBytes()));
                if (!beginning.isWritable()) {
                    ByteBuf request = beginning;
                    beginning = null;
                    answer(ctx, request);
                }
            }
        } finally {
            bytes.release();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (beginning != null) {
            beginning.release();
            beginning = null;
        }
    }

    /** @param request one request, whole; this method has to release it */
    abstract void answer(ChannelHandlerContext ctx, ByteBuf request);
}
