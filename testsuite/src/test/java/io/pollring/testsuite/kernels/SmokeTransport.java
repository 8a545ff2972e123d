/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.kernels;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.VSockAddress;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.NetUtil;
import io.pollring.channel.IoUringDatagramChannel;
import io.pollring.channel.IoUringDomainSocketChannel;
import io.pollring.channel.IoUringServerDomainSocketChannel;
import io.pollring.channel.IoUringServerSocketChannel;
import io.pollring.channel.IoUringServerVSockChannel;
import io.pollring.channel.IoUringSocketChannel;
import io.pollring.channel.IoUringVSockChannel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** What {@link Smoke} sends its bytes over. */
enum SmokeTransport {
    HOSTED_TCP(EpollServerSocketChannel.class, EpollSocketChannel.class),
    TCP(IoUringServerSocketChannel.class, IoUringSocketChannel.class),
    UNIX(IoUringServerDomainSocketChannel.class, IoUringDomainSocketChannel.class),
    UDP(null, IoUringDatagramChannel.class),
    VSOCK(IoUringServerVSockChannel.class, IoUringVSockChannel.class);

    private final Class<? extends ServerChannel> server;
    private final Class<? extends Channel> client;

    SmokeTransport(Class<? extends ServerChannel> server, Class<? extends Channel> client) {
        this.server = server;
        this.client = client;
    }

    /** An echo that listens; what the client connects to is {@link #reached}. */
    Channel listen(EventLoopGroup group) throws Exception {
        if (this == UDP) {
            return new Bootstrap().group(group).channel(client).handler(new Echo()).bind(bindAddress()).sync()
                    .channel();
        }
        return new ServerBootstrap().group(group).channel(server).childHandler(new Echo()).bind(bindAddress()).sync()
                .channel();
    }

    Channel connect(EventLoopGroup group, SocketAddress address, ChannelHandler handler) throws Exception {
        return new Bootstrap().group(group).channel(client).handler(handler).connect(address).sync().channel();
    }

    RoundTrips roundTrips(SocketAddress address) {
        return this != UDP ? RoundTrips.ofStream() : RoundTrips.ofDatagrams(
                content -> new DatagramPacket(content, (InetSocketAddress) address),
                message -> ((DatagramPacket) message).content());
    }

    private SocketAddress bindAddress() throws IOException {
        switch (this) {
            case UNIX:
                Path folder = Files.createTempDirectory("smoke");
                return new DomainSocketAddress(folder.resolve("socket").toString());
            case VSOCK:
                return new VSockAddress(VSockAddress.VMADDR_CID_ANY, VSockAddress.VMADDR_PORT_ANY);
            default:
                return new InetSocketAddress(NetUtil.LOCALHOST4, 0);
        }
    }

    /** The address under which {@code listening} is reached from this machine. */
    SocketAddress reached(Channel listening) {
        SocketAddress bound = listening.localAddress();
        return this == VSOCK ? new VSockAddress(VSockAddress.VMADDR_CID_LOCAL, ((VSockAddress) bound).getPort())
                : bound;
    }

    /** Sends back what it gets. */
    @ChannelHandler.Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            Object answer = message;
            if (message instanceof DatagramPacket) {
                DatagramPacket packet = (DatagramPacket) message;
                answer = new DatagramPacket(packet.content(), packet.sender());
            }
            ctx.write(answer);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            cause.printStackTrace();
            ctx.close();
        }
    }
}
