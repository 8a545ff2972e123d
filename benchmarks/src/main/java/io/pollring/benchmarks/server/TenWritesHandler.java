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
 * Answers each request with ten writes of it, as protocols do that make a reply of many small parts. They are flushed
 * once per read pass, or each of them at once.
 * <p>
 * Requests mostly come whole and alone, as a client sends the next one when it has the reply; but nothing obliges TCP
 * to that.
 */
final class TenWritesHandler extends EchoHandler {
    private static final int REQUEST_SIZE = 64;
    private static final int WRITES = 10;

    private final boolean flushEach;
    /** The beginning of a request whose end is still to come, or {@code null}. */
    private ByteBuf beginning;

    TenWritesHandler(boolean flushEach) {
        this.flushEach = flushEach;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf bytes = (ByteBuf) msg;
        if (beginning == null && bytes.readableBytes() == REQUEST_SIZE) {
            answer(ctx, bytes);
        } else {
            split(ctx, bytes);
        }
    }

    private void split(ChannelHandlerContext ctx, ByteBuf bytes) {
        try {
            while (bytes.isReadable()) {
                if (beginning == null) {
                    beginning = ctx.alloc().directBuffer(REQUEST_SIZE, REQUEST_SIZE);
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

    private void answer(ChannelHandlerContext ctx, ByteBuf request) {
        for (int i = 1; i < WRITES; i++) {
            write(ctx, request.retainedDuplicate());
        }
        write(ctx, request);
    }

    private void write(ChannelHandlerContext ctx, ByteBuf part) {
        if (flushEach) {
            ctx.writeAndFlush(part);
        } else {
            ctx.write(part);
        }
    }
}
