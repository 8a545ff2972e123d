/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.NetUtil;
import io.pollring.testsuite.harness.TestChannels;
import io.pollring.testsuite.harness.TestLoops;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A channel that is not reading must notice that its peer has closed the connection, and must still get what the peer
 * had sent: epoll channels subscribe to the peer's shutdown for that.
 */
@Timeout(30)
public class PeerCloseWithoutReadTest {

    private static final int THREADS = 2;

    private EventLoopGroup group;

    @BeforeEach
    public void startGroup() {
        group = TestLoops.newGroup(THREADS, "testsuite-peer-close");
    }

    @AfterEach
    public void stopGroup() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Counts what arrives, and never asks for it. */
    private static final class PassiveHandler extends SimpleChannelInboundHandler<ByteBuf> {
        final AtomicInteger received = new AtomicInteger();
        final CountDownLatch inactive = new CountDownLatch(1);

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf msg) {
            received.addAndGet(msg.readableBytes());
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            inactive.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, 1, 100_000 })
    public void shouldBecomeInactiveOnTheServer_whenTheClientCloses(int bytes) throws Exception {
        PassiveHandler passive = new PassiveHandler();
        Channel server = server(passive, false);
        try {
            Channel client = client(new ChannelInboundHandlerAdapter(), true, server);
            sendAndClose(client, bytes);
            assertNoticed(passive, bytes);
        } finally {
            server.close().sync();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, 1, 100_000 })
    public void shouldBecomeInactiveOnTheClient_whenTheServerCloses(int bytes) throws Exception {
        PassiveHandler passive = new PassiveHandler();
        Channel server = server(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelActive(ChannelHandlerContext ctx) {
                sendAndClose(ctx.channel(), bytes);
            }
        }, true);
        try {
            client(passive, false, server);
            assertNoticed(passive, bytes);
        } finally {
            server.close().sync();
        }
    }

    private Channel server(ChannelInboundHandlerAdapter childHandler, boolean autoRead) throws InterruptedException {
        return new ServerBootstrap().group(group)
                .channel(TestChannels.serverInPlaceOf(EpollServerSocketChannel.class))
                .childOption(ChannelOption.AUTO_READ, autoRead).childHandler(childHandler)
                .bind(new InetSocketAddress(NetUtil.LOCALHOST, 0)).sync().channel();
    }

    private Channel client(ChannelInboundHandlerAdapter handler, boolean autoRead, Channel server)
            throws InterruptedException {
        return new Bootstrap().group(group)
                .channel(TestChannels.inPlaceOf(EpollSocketChannel.class))
                .option(ChannelOption.AUTO_READ, autoRead).handler(handler)
                .connect(server.localAddress()).sync().channel();
    }

    private static void sendAndClose(Channel channel, int bytes) {
        channel.writeAndFlush(Unpooled.buffer(bytes).writeZero(bytes)).addListener(sent -> channel.close());
    }

    private static void assertNoticed(PassiveHandler passive, int bytes) throws InterruptedException {
        assertTrue(passive.inactive.await(10, TimeUnit.SECONDS), "the peer's close was not noticed");
        assertEquals(bytes, passive.received.get());
    }
}
