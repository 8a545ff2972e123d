/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.util.ReferenceCountUtil;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A socket that lingers is closed by another thread than the loop's, which must not touch it from then on. */
class LingeringCloseTest {
    @ParameterizedTest
    @EnumSource(value = Mode.class, names = { "RING", "REVERTED", "NO_RING" })
    void closingInsideAReadLeavesTheSocketAlone(Mode mode) throws Exception {
        Queue<Throwable> exceptions = new ConcurrentLinkedQueue<>();
        Semaphore closed = new Semaphore(0);
        try (TestGroup group = new TestGroup(mode, 1)) {
            Channel server = new ServerBootstrap().group(group.group).channel(IoUringServerSocketChannel.class)
                    .childOption(ChannelOption.SO_LINGER, 1)
                    .childHandler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            channel.pipeline().addLast(new Closer(exceptions));
                            channel.closeFuture().addListener(future -> closed.release());
                        }
                    }).bind(new InetSocketAddress("127.0.0.1", 0)).sync().channel();
            Bootstrap client = new Bootstrap().group(group.group).channel(IoUringSocketChannel.class)
                    .handler(TestGroup.IGNORE);
            int count = Scale.of(500);
            for (int i = 0; i < count; i++) {
                IoUringSocketChannel channel =
                        (IoUringSocketChannel) client.connect(server.localAddress()).sync().channel();
                // The data and the end of it are there together.
                channel.eventLoop().submit(() -> {
                    channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[10]));
                    channel.shutdownOutput();
                }).sync();
                assertTrue(closed.tryAcquire(30, TimeUnit.SECONDS));
                channel.close().sync();
            }
            server.close().sync();
        }
        assertEquals(0, exceptions.size(), exceptions::toString);
    }

    private static final class Closer extends ChannelInboundHandlerAdapter {
        private final Queue<Throwable> exceptions;

        Closer(Queue<Throwable> exceptions) {
            this.exceptions = exceptions;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
            context.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            exceptions.add(cause);
        }
    }
}
