/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.channel.ChannelHandlerContext;

/**
 * Echo on a channel with {@code autoRead=false}: each message is asked for by one {@code ctx.read()}, after the
 * previous one was written back.
 * <p>
 * The demand comes from a task of the loop, after the channel's read pass has ended, and not from within
 * {@code channelRead}. That is how it reaches a channel in a proxy, whose other side says on a loop of its own that it
 * has room again, and in reactive servers, where a subscriber's {@code request(n)} is handed to the loop. It is also
 * what makes a transport switch its read interest off and on again for every message; a demand made inside the read
 * pass is seen before the interest is ever dropped. That is what it does inline, as a proxy does when both of its sides
 * live on one loop and the write went out at once.
 */
final class OnDemandEchoHandler extends EchoHandler {
    private final boolean inline;
    private Runnable read;

    OnDemandEchoHandler(boolean inline) {
        this.inline = inline;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        // Made once: what is allocated per message shall be the transport's doing.
        read = ctx::read;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.read();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
        if (inline) {
            ctx.read();
        } else {
            ctx.executor().execute(read);
        }
    }
}
