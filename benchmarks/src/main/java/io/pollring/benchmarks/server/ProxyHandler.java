/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.uring.IoUringChannelOption;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** The side of a proxy that was connected to: it connects to the backend, on the same loop, before it reads. */
final class ProxyHandler extends RelayHandler {
    private static final InetSocketAddress BACKEND = new InetSocketAddress(InetAddress.getLoopbackAddress(),
            Integer.getInteger("io.pollring.benchmarks.backendPort", 0));

    ProxyHandler() {
        super(null);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        Channel channel = ctx.channel();
        Bootstrap bootstrap = new Bootstrap();
        // Where the one side has a ring of buffers, the other has it, too: it is an option of each channel.
        Short bufferGroup = channel.config().getOption(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID);
        if (bufferGroup != null && bufferGroup >= 0) {
            bootstrap.option(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, bufferGroup);
        }
        ChannelFuture connecting = bootstrap
                .group(channel.eventLoop())
                .channel(channel.getClass())
                .option(ChannelOption.AUTO_READ, false)
                .handler(new RelayHandler(channel))
                .connect(BACKEND);
        setPeer(connecting.channel());
        connecting.addListener((ChannelFutureListener) connected -> {
            if (connected.isSuccess()) {
                ctx.read();
            } else {
                exceptionCaught(ctx, connected.cause());
            }
        });
    }
}
