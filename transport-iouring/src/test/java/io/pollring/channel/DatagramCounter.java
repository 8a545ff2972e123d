/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts the messages with something in them. */
final class DatagramCounter extends ChannelInboundHandlerAdapter {
    private final AtomicInteger count;

    DatagramCounter(AtomicInteger count) {
        this.count = count;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        Object content = msg instanceof ByteBufHolder ? ((ByteBufHolder) msg).content() : msg;
        if (((ByteBuf) content).isReadable()) {
            count.incrementAndGet();
        }
        ReferenceCountUtil.release(msg);
    }
}
