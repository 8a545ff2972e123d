/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.DomainSocketAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A response to a peer that has already shut its output down arrives whole. The channel's mask falls to 0 on the way,
 * so that waiting for the socket to become writable is a new watch. Netty's own epoll handler loses the response there.
 */
class HalfClosureTest {
    private static final byte[] RESPONSE = new byte[32 << 20];

    static {
        for (int i = 0; i < RESPONSE.length; i++) {
            RESPONSE[i] = (byte) (i * 31 + (i >> 13));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HOSTED_RING, true", "HOSTED_RING, false", "HOSTED_REVERTED, true", "HOSTED_REVERTED, false",
        "HOSTED_NO_RING, true", "HOSTED_NO_RING, false", "HOSTED_NO_FEATURES, true", "HOSTED_NO_FEATURES, false",
        "OWN_RING, true", "OWN_RING, false", "OWN_DIRECT, true", "OWN_DIRECT, false", "OWN_REVERTED, true",
        "OWN_REVERTED, false", "OWN_NO_RING, true", "OWN_NO_RING, false", "OWN_NO_FEATURES, true",
        "OWN_NO_FEATURES, false"
    })
    void aResponseArrivesWhole(Setup setup, boolean autoRead) throws Exception {
        Responder responder = new Responder();
        try (TestGroup group = setup.newGroup(1);
             Connection connection = Connection.open(group, responder, bootstrap -> bootstrap
                     .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                     .childOption(ChannelOption.AUTO_READ, autoRead))) {
            connection.send(10);
            connection.peer.shutdownOutput();
            assertEquals(null, responder.written.get(5, TimeUnit.SECONDS));
            assertFalse(responder.response.isDone(), "all of it fitted the socket's buffer");

            byte[] received = readToEnd(connection.peer.getInputStream());
            assertArrayEquals(RESPONSE, received);
            assertEquals(true, responder.response.get(5, TimeUnit.SECONDS));
            assertEquals("[]", responder.exceptions.toString());
            assertEquals(10, responder.byteCount());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HOSTED_RING, true", "HOSTED_RING, false", "HOSTED_REVERTED, true", "HOSTED_REVERTED, false",
        "HOSTED_NO_RING, true", "HOSTED_NO_RING, false", "HOSTED_NO_FEATURES, true", "HOSTED_NO_FEATURES, false",
        "OWN_RING, true", "OWN_RING, false", "OWN_DIRECT, true", "OWN_DIRECT, false", "OWN_REVERTED, true",
        "OWN_REVERTED, false", "OWN_NO_RING, true", "OWN_NO_RING, false", "OWN_NO_FEATURES, true",
        "OWN_NO_FEATURES, false"
    })
    void aResponseArrivesWholeOverUnixSockets(Setup setup, boolean autoRead) throws Exception {
        Responder responder = new Responder();
        Recorder client = new Recorder();
        try (TestGroup group = setup.newGroup(2)) {
            DomainSocketAddress address = new DomainSocketAddress("\0pollring-half-" + System.nanoTime());
            new ServerBootstrap()
                    .group(group.loop(0))
                    .channel(group.channels.unixServer)
                    .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .childOption(ChannelOption.AUTO_READ, autoRead)
                    .childHandler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel ch) {
                            ch.pipeline().addLast(responder);
                        }
                    })
                    .bind(address).sync();
            Channel channel = new Bootstrap()
                    .group(group.loop(1))
                    .channel(group.channels.unix)
                    .handler(client)
                    .connect(address).sync().channel();
            channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[10])).sync();
            ((DuplexChannel) channel).shutdownOutput().sync();
            assertTrue(client.inactive.await(20, TimeUnit.SECONDS));
            assertArrayEquals(RESPONSE, client.bytes());
            assertEquals(true, responder.response.get(5, TimeUnit.SECONDS));
            assertEquals("[]", responder.exceptions.toString());
        }
    }

    private static byte[] readToEnd(InputStream in) throws Exception {
        byte[] received = new byte[RESPONSE.length + 1];
        int count = 0;
        for (int n; (n = in.read(received, count, received.length - count)) > 0; count += n) {
            // A slow reader: the writer runs full again and again.
            if (count >> 22 != count + n >> 22) {
                Thread.sleep(1);
            }
        }
        return Arrays.copyOf(received, count);
    }

    /** Waits for the end of the request, answers, and closes when all is written. */
    private static final class Responder extends Recorder {
        final CompletableFuture<Void> written = new CompletableFuture<>();
        final CompletableFuture<Boolean> response = new CompletableFuture<>();

        @Override
        public void channelActive(ChannelHandlerContext ctx) throws Exception {
            super.channelActive(ctx);
            ctx.read();
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
            super.channelReadComplete(ctx);
            if (!ctx.channel().config().isAutoRead()) {
                ctx.read();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object evt) throws Exception {
            super.userEventTriggered(ctx, evt);
            if (evt instanceof ChannelInputShutdownEvent) {
                ByteBuf buf = Unpooled.wrappedBuffer(RESPONSE);
                ctx.writeAndFlush(buf).addListener(future -> {
                    response.complete(future.isSuccess());
                    ctx.close();
                });
                written.complete(null);
            }
        }
    }
}
