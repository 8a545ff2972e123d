/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.pollring.channel.Transport.Family;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs a task on a loop while it delivers events, and not as a task: in a {@code channelRead} of another channel. */
final class InRead {
    private InRead() { }

    static void run(Transport transport, EventLoop loop, TestGroup.Task task) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Bootstrap bootstrap = transport.client(loop, Family.TCP, new SimpleChannelInboundHandler<ByteBuf>() {
            @Override
            protected void channelRead0(ChannelHandlerContext ctx, ByteBuf message) {
                try {
                    task.run();
                    done.complete(null);
                } catch (Throwable t) {
                    done.completeExceptionally(t);
                }
            }
        });
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Channel channel = bootstrap.connect(listener.getLocalSocketAddress()).sync().channel();
            try (Socket socket = listener.accept()) {
                socket.getOutputStream().write(1);
                done.get(30, TimeUnit.SECONDS);
            } finally {
                // A loop that the task has ended has closed it.
                channel.close();
            }
        }
    }
}
