/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;

/**
 * One side of a proxy, on a channel with {@code autoRead=false}: what comes in goes to the other side, and when it has
 * been written there, the next is asked for. So a slow reader slows its writer down, and nothing piles up between them.
 */
class RelayHandler extends EchoHandler {
    private Channel peer;
    /** Made once: what is allocated per message shall be the transport's doing. */
    private ChannelFutureListener readNext;

    /** For the side whose peer is there already. */
    RelayHandler(Channel peer) {
        this.peer = peer;
    }

    final void setPeer(Channel peer) {
        this.peer = peer;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        readNext = written -> {
            if (written.isSuccess()) {
                ctx.read();
            } else {
                ctx.close();
            }
        };
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        peer.writeAndFlush(msg).addListener(readNext);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        // All that was read was flushed, to the other side.
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (peer != null) {
            peer.close();
        }
    }
}
