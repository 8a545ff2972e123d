/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.ReferenceCountUtil;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertNotNull;

/** Keeps what comes until the test takes it. */
final class Inbox extends ChannelInboundHandlerAdapter {
    private final BlockingQueue<Object> messages = new LinkedBlockingQueue<>();

    Object take() throws InterruptedException {
        Object message = messages.poll(5, TimeUnit.SECONDS);
        assertNotNull(message, "nothing has come");
        return message;
    }

    int takeSize() throws InterruptedException {
        return (Integer) take();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (msg instanceof FileDescriptor) {
            messages.add(msg);
            return;
        }
        Object content = msg instanceof AddressedEnvelope ? ((AddressedEnvelope<?, ?>) msg).content() : msg;
        messages.add(((ByteBuf) content).readableBytes());
        ReferenceCountUtil.release(msg);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        messages.add("inactive");
    }
}
