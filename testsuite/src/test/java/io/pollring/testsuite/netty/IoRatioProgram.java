/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.ReferenceCountUtil;
import io.pollring.channel.IoUringEventLoopGroup;
import io.pollring.testsuite.harness.Network;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Counts the tasks that a loop runs between two reads of a handler that takes its time, while there are always tasks
 * waiting. With a ratio of 90 they have a ninth of the handler's time, with 20 four times as much as it: 36 times as many
 * tasks, or fewer where others take the processor, or a task takes longer.
 */
@ChannelHandler.Sharable
final class IoRatioProgram extends ChannelInboundHandlerAdapter {
    private static final int READS = 20;
    private static final long READ_NANOS = 20_000_000;
    private static final long TASK_NANOS = 10_000;

    private final CompletableFuture<Integer> tasksPerRead = new CompletableFuture<>();
    private boolean begun;
    private int reads;
    private int tasks;

    private IoRatioProgram() { }

    static void run() throws Exception {
        if (!hasIoRatio()) {
            // Tasks have a second at a time there, whatever is set.
            IoUringEventLoopGroup group = new IoUringEventLoopGroup(1);
            group.setIoRatio(50);
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
            return;
        }
        int many = tasksPerRead(20);
        int few = tasksPerRead(90);
        System.out.println("I/O ratio: " + many + " tasks for each read with 20, " + few + " with 90");
        if (many < 3 * few) {
            throw new IOException("the ratio makes no difference");
        }
    }

    /** Whether this Netty has such a ratio. */
    private static boolean hasIoRatio() {
        try {
            MultiThreadIoEventLoopGroup.class.getMethod("setIoRatio", int.class);
            return true;
        } catch (NoSuchMethodException e) {
            return false;
        }
    }

    private static int tasksPerRead(int ratio) throws Exception {
        IoUringEventLoopGroup group = new IoUringEventLoopGroup(1);
        group.setIoRatio(ratio);
        IoRatioProgram program = new IoRatioProgram();
        Channel server = new ServerBootstrap().group(group).channel(EpollServerSocketChannel.class)
                .childHandler(program).bind(Network.anyPort()).sync().channel();
        MultiThreadIoEventLoopGroup others = new IoUringEventLoopGroup(1);
        Channel client = new Bootstrap().group(others).channel(EpollSocketChannel.class)
                .handler(new ChannelInboundHandlerAdapter()).connect(server.localAddress()).sync().channel();
        // Never without data: what is read at a time is bounded.
        for (int i = 0; i < 64; i++) {
            client.writeAndFlush(client.alloc().buffer().writeZero(64 * 1024));
        }
        try {
            return program.tasksPerRead.get(60, TimeUnit.SECONDS);
        } finally {
            others.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        // One buffer in each turn.
        ctx.channel().config().setOption(ChannelOption.RCVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(1024).maxMessagesPerRead(1));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
        if (!begun) {
            begun = true;
            for (int i = 0; i < 10; i++) {
                runTask(ctx.channel().eventLoop());
            }
            return;
        }
        if (reads == READS) {
            tasksPerRead.complete(tasks / READS);
            return;
        }
        if (reads++ == 0) {
            tasks = 0;
        }
        spin(READ_NANOS);
    }

    /** Takes its time, and has another one do the same. */
    private void runTask(EventLoop loop) {
        tasks++;
        spin(TASK_NANOS);
        if (!tasksPerRead.isDone() && !loop.isShuttingDown()) {
            loop.execute(() -> runTask(loop));
        }
    }

    private static void spin(long nanos) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < nanos) {
            Thread.onSpinWait();
        }
    }
}
