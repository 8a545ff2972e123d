/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.application;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.pollring.channel.IoUring;
import io.pollring.channel.IoUringEventLoopGroup;
import io.pollring.channel.IoUringServerSocketChannel;
import io.pollring.channel.IoUringSocketChannel;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A user's program in a module of its own: sends a word to a server and back. */
public final class Application {
    private static final String WORD = "pollring";

    private Application() { }

    public static void main(String[] args) throws Exception {
        System.out.println("module=" + IoUring.class.getModule());
        System.out.println("jfr=" + ModuleLayer.boot().findModule("jdk.jfr").isPresent());
        IoUringEventLoopGroup group = new IoUringEventLoopGroup(1);
        try {
            Channel server = new ServerBootstrap().group(group).channel(IoUringServerSocketChannel.class)
                    .childHandler(new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelRead(ChannelHandlerContext ctx, Object msg) {
                            ctx.writeAndFlush(msg);
                        }
                    }).bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).sync().channel();
            CompletableFuture<String> answer = new CompletableFuture<>();
            Channel client = new Bootstrap().group(group).channel(IoUringSocketChannel.class)
                    .handler(new Collector(answer)).connect(server.localAddress()).sync().channel();
            client.writeAndFlush(Unpooled.copiedBuffer(WORD, StandardCharsets.UTF_8)).sync();
            System.out.println("echoed=" + answer.get(20, TimeUnit.SECONDS));
            System.out.println("loop=" + IoUring.backend(client.eventLoop()));
        } finally {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    private static final class Collector extends SimpleChannelInboundHandler<ByteBuf> {
        private final CompletableFuture<String> answer;
        private final StringBuilder read = new StringBuilder();

        Collector(CompletableFuture<String> answer) {
            this.answer = answer;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf msg) {
            read.append(msg.toString(StandardCharsets.UTF_8));
            if (read.length() >= WORD.length()) {
                answer.complete(read.toString());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            answer.completeExceptionally(cause);
        }
    }
}
