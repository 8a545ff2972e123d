/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Promise;

import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;

/** Sends bytes to a server and back, over the channels under test on a given group. */
public final class Echo {

    private static final int TIMEOUT_SECONDS = 20;

    private Echo() { }

    /**
     * @param check called when all bytes are back, with the listening and the client's channel, both still open, on the
     *              client's loop
     */
    public static void roundTrip(EventLoopGroup group, int bytes, BiConsumer<Channel, Channel> check)
            throws Exception {
        Channel server = new ServerBootstrap().group(group)
                .channelFactory(TestChannels.factory(TestChannels.serverInPlaceOf(EpollServerSocketChannel.class)))
                .childHandler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object msg) {
                        ctx.writeAndFlush(msg);
                    }
                }).bind(new InetSocketAddress(NetUtil.LOCALHOST, 0)).sync().channel();
        try {
            Promise<Void> done = group.next().newPromise();
            Channel client = new Bootstrap().group(group)
                    .channelFactory(TestChannels.factory(TestChannels.inPlaceOf(EpollSocketChannel.class)))
                    .handler(new Receiver(bytes, done)).connect(server.localAddress()).sync().channel();
            byte[] message = new byte[bytes];
            for (int i = 0; i < bytes; i++) {
                message[i] = (byte) i;
            }
            client.writeAndFlush(Unpooled.wrappedBuffer(message)).sync();
            if (!done.await(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new TimeoutException("no echo of " + bytes + " bytes in " + TIMEOUT_SECONDS + " s");
            }
            done.sync();
            client.eventLoop().submit(() -> check.accept(server, client)).sync();
            client.close().sync();
        } finally {
            server.close().sync();
        }
    }

    private static final class Receiver extends SimpleChannelInboundHandler<ByteBuf> {
        private final int expected;
        private final Promise<Void> done;
        private int received;

        Receiver(int expected, Promise<Void> done) {
            this.expected = expected;
            this.done = done;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf msg) {
            // In one step, because thorough leak detection takes note of each.
            byte[] content = new byte[msg.readableBytes()];
            msg.readBytes(content);
            for (byte value : content) {
                if (value != (byte) received) {
                    done.tryFailure(new IllegalStateException("byte " + received + " came back as " + value));
                }
                received++;
            }
            if (received == expected) {
                done.trySuccess(null);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            done.tryFailure(cause);
        }
    }
}
