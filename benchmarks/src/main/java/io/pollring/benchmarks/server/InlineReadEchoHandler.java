/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.channel.ChannelHandlerContext;

/**
 * Echo on a channel with {@code autoRead=false} that asks for the next message while the read pass is still on, as a
 * proxy does when both of its sides live on one loop and the write went out at once.
 */
final class InlineReadEchoHandler extends EchoHandler {

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.read();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
        ctx.read();
    }
}
