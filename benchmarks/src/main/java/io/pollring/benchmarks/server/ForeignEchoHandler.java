/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;

/**
 * Echo that leaves the reply to one of four threads which are not the loop's, as servers do whose work would block it.
 * A connection stays with its thread, so that its replies stay in order.
 */
final class ForeignEchoHandler extends EchoHandler {
    private static final int THREADS = 4;
    private static final DefaultEventExecutorGroup WORKERS =
            new DefaultEventExecutorGroup(THREADS, new DefaultThreadFactory("worker", true));

    private final EventExecutor worker = WORKERS.next();

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        worker.execute(() -> ctx.channel().writeAndFlush(msg));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        // It is the workers who flush.
    }
}
