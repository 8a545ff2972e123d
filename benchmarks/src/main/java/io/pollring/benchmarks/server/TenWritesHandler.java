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
 */
final class TenWritesHandler extends RequestHandler {
    private static final int REQUEST_SIZE = 64;
    private static final int WRITES = 10;

    private final boolean flushEach;

    TenWritesHandler(boolean flushEach) {
        super(REQUEST_SIZE);
        this.flushEach = flushEach;
    }

    @Override
    void answer(ChannelHandlerContext ctx, ByteBuf request) {
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
