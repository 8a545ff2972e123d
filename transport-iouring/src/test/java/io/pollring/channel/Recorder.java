/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** The last handler of one channel: writes down all that happens to it. */
class Recorder extends ChannelInboundHandlerAdapter {
    final CompletableFuture<Channel> active = new CompletableFuture<>();
    final CountDownLatch inactive = new CountDownLatch(1);
    final AtomicInteger reads = new AtomicInteger();
    final AtomicInteger readCompletes = new AtomicInteger();
    final List<Object> events = new CopyOnWriteArrayList<>();
    final List<Throwable> exceptions = new CopyOnWriteArrayList<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    synchronized byte[] bytes() {
        return bytes.toByteArray();
    }

    synchronized int byteCount() {
        return bytes.size();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        active.complete(ctx.channel());
        super.channelActive(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        inactive.countDown();
        super.channelInactive(ctx);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
        reads.incrementAndGet();
        ByteBuf buf = (ByteBuf) msg;
        try {
            synchronized (this) {
                buf.readBytes(bytes, buf.readableBytes());
            }
        } finally {
            buf.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        readCompletes.incrementAndGet();
        super.channelReadComplete(ctx);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object evt) throws Exception {
        events.add(evt);
        super.userEventTriggered(ctx, evt);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        exceptions.add(cause);
    }
}
