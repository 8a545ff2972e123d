/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.EventExecutor;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** An event loop group of one {@link Mode} and what tests want of it. Closing it shuts the loops down. */
final class TestGroup implements AutoCloseable {
    /** Does nothing with what comes; for any number of channels. */
    static final ChannelHandler IGNORE = new Ignore();

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    final Mode mode;
    final Channels channels;
    final IoEventLoopGroup group;
    private final List<EventLoop> loops = new ArrayList<>();

    /** For Netty's channels. */
    TestGroup(Mode mode, int nThreads) {
        this(mode, Channels.NETTYS, nThreads);
    }

    TestGroup(Mode mode, Channels channels, int nThreads) {
        this(mode, channels, mode.newGroup(nThreads));
    }

    TestGroup(Mode mode, IoEventLoopGroup group) {
        this(mode, Channels.NETTYS, group);
    }

    TestGroup(Mode mode, Channels channels, IoEventLoopGroup group) {
        this.mode = mode;
        this.channels = channels;
        this.group = group;
        for (EventExecutor executor : group) {
            loops.add((EventLoop) executor);
        }
    }

    EventLoop loop() {
        return loop(0);
    }

    EventLoop loop(int index) {
        return loops.get(index);
    }

    IoUringMetrics metrics() {
        return IoUring.metrics(loop());
    }

    /** How often the loop has asked the kernel so far; 0 if it is Netty's, which does not tell. */
    long turns() {
        return mode.isOurs() ? metrics().enters() + metrics().epollWaits() : 0;
    }

    static long threadId(EventLoop loop) throws Exception {
        return loop.submit(() -> Thread.currentThread().getId()).get();
    }

    /** CPU time that a thread has used so far. */
    static long cpuNanos(long threadId) {
        return THREADS.getThreadCpuTime(threadId);
    }

    /** Runs {@code task} on the loop, and waits for it. */
    static void run(EventLoop loop, Task task) throws Exception {
        loop.submit(() -> {
            task.run();
            return null;
        }).get(30, TimeUnit.SECONDS);
    }

    /** Listens on a free loopback port; every accepted channel gets {@code handler}. */
    Channel listen(ChannelHandler handler, Consumer<ServerBootstrap> settings) throws Exception {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(channels.server)
                .childHandler(handler);
        settings.accept(bootstrap);
        return bootstrap.bind(InetAddress.getLoopbackAddress(), 0).sync().channel();
    }

    static InetSocketAddress address(Channel channel) {
        return (InetSocketAddress) channel.localAddress();
    }

    @Override
    public void close() throws Exception {
        group.shutdownGracefully(0, 10, TimeUnit.SECONDS);
        assertTrue(group.awaitTermination(15, TimeUnit.SECONDS), "the loops have not ended");
    }

    @ChannelHandler.Sharable
    private static final class Ignore extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ReferenceCountUtil.release(msg);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    interface Task {
        void run() throws Exception;
    }
}
