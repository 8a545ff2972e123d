/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.agent.app;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.EventExecutor;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** An echo server and clients as anybody writes them for Netty's epoll; prints what they ran on. */
public final class EchoApp {
    private static final int LOOPS = 2;
    private static final int CLIENTS = 8;

    private EchoApp() { }

    /** @param args {@code epoll} for the group that is named after epoll, else that of Netty 4.2 */
    @SuppressWarnings("deprecation")
    public static void main(String[] args) throws Exception {
        EventLoopGroup group = args[0].equals("epoll") ? new EpollEventLoopGroup(LOOPS)
                : new MultiThreadIoEventLoopGroup(LOOPS, EpollIoHandler.newFactory());
        Channel server = new ServerBootstrap().group(group).channel(EpollServerSocketChannel.class)
                .childHandler(new Echo()).bind("127.0.0.1", 0).sync().channel();
        List<Channel> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(echo(group, (InetSocketAddress) server.localAddress(), "message " + i));
        }
        print("group", group.getClass().getSimpleName());
        print("loop", group.next().getClass().getSimpleName());
        print("backend", Loops.backends(group));
        print("server", server.getClass().getSimpleName());
        print("client", clients.get(0).getClass().getSimpleName());
        if (args[0].equals("epoll")) {
            ((EpollEventLoopGroup) group).setIoRatio(50);
            // Those of both sides, and the listener.
            print("channels", registered(group));
        }
        print("named", EpollIoHandler.class.getModule().isNamed());
        print("visible", EchoApp.class.getClassLoader().getResource("io/pollring/channel/IoUring.class") != null);
        group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        print("open", server.isOpen() || clients.stream().anyMatch(Channel::isOpen));
    }

    private static Channel echo(EventLoopGroup group, InetSocketAddress address, String text) throws Exception {
        CompletableFuture<String> echoed = new CompletableFuture<>();
        Channel client = new Bootstrap().group(group).channel(EpollSocketChannel.class)
                .handler(new Collector(text.length(), echoed)).connect(address).sync().channel();
        client.writeAndFlush(Unpooled.copiedBuffer(text.getBytes("US-ASCII"))).sync();
        String answer = echoed.get(30, TimeUnit.SECONDS);
        if (!answer.equals(text)) {
            throw new IllegalStateException(answer);
        }
        return client;
    }

    /** By the count of each loop, on its thread, and by its iterator, which must agree. */
    private static int registered(EventLoopGroup group) throws Exception {
        int sum = 0;
        for (EventExecutor executor : group) {
            SingleThreadEventLoop loop = (SingleThreadEventLoop) executor;
            sum += loop.submit(() -> {
                int count = 0;
                Iterator<Channel> channels = loop.registeredChannelsIterator();
                while (channels.hasNext()) {
                    channels.next();
                    count++;
                }
                if (count != loop.registeredChannels()) {
                    throw new IllegalStateException(count + " are not " + loop.registeredChannels());
                }
                return count;
            }).get();
        }
        return sum;
    }

    private static void print(String name, Object value) {
        System.out.println(name + '=' + value);
    }

    @Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush(message);
        }
    }

    private static final class Collector extends ChannelInboundHandlerAdapter {
        private final StringBuilder text = new StringBuilder();
        private final int length;
        private final CompletableFuture<String> whole;

        Collector(int length, CompletableFuture<String> whole) {
            this.length = length;
            this.whole = whole;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            while (bytes.isReadable()) {
                text.append((char) bytes.readByte());
            }
            bytes.release();
            if (text.length() >= length) {
                whole.complete(text.toString());
            }
        }
    }
}
