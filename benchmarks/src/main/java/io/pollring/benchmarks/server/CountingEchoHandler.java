/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;

import java.util.concurrent.atomic.AtomicInteger;

/** Echo that knows how many connections there are, and has nothing of its own for each of them. */
@ChannelHandler.Sharable
final class CountingEchoHandler extends EchoHandler {
    private static final CountingEchoHandler INSTANCE = new CountingEchoHandler();

    private final AtomicInteger connections = new AtomicInteger();

    private CountingEchoHandler() {
    }

    static CountingEchoHandler instance() {
        return INSTANCE;
    }

    /** May be asked by any thread. */
    int connections() {
        return connections.get();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        connections.incrementAndGet();
        ctx.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        connections.decrementAndGet();
        ctx.fireChannelInactive();
    }
}
