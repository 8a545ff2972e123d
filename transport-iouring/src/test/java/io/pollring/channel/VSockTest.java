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
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.epoll.VSockAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Streams over AF_VSOCK. */
class VSockTest {
    private static final VSockAddress ANY = new VSockAddress(VSockAddress.VMADDR_CID_ANY, VSockAddress.VMADDR_PORT_ANY);

    @ParameterizedTest
    @EnumSource(value = Mode.class, names = { "RING", "REVERTED", "NO_RING" })
    void aServerGetsAPortAndHandsItBack(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1)) {
            Channel server = new ServerBootstrap().group(group.group).channel(IoUringServerVSockChannel.class)
                    .childHandler(new ChannelInboundHandlerAdapter()).bind(ANY).sync().channel();
            VSockAddress address = (VSockAddress) server.localAddress();
            assertTrue(server.isActive());
            assertEquals(VSockAddress.VMADDR_CID_ANY, address.getCid());
            LinuxSocket other = LinuxSocket.newVSockStream();
            assertThrows(IOException.class, () -> other.bindVSock(address));
            server.close().sync();
            other.bindVSock(address);
            other.close();
        }
    }

    @ParameterizedTest
    @EnumSource(value = Mode.class, names = { "RING", "REVERTED", "NO_RING" })
    void bytesGoBothWays(Mode mode) throws Exception {
        assumeTrue(isLoopbackThere(), "this kernel lacks vsock_loopback, so CID 1 cannot be reached");
        try (TestGroup group = new TestGroup(mode, 1)) {
            Channel server = new ServerBootstrap().group(group.group).channel(IoUringServerVSockChannel.class)
                    .childHandler(new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelRead(ChannelHandlerContext context, Object message) {
                            context.writeAndFlush(message);
                        }
                    }).bind(ANY).sync().channel();
            CompletableFuture<String> answer = new CompletableFuture<>();
            Channel client = new Bootstrap().group(group.group).channel(IoUringVSockChannel.class)
                    .handler(new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelRead(ChannelHandlerContext context, Object message) {
                            answer.complete(((ByteBuf) message).toString(StandardCharsets.US_ASCII));
                            ((ByteBuf) message).release();
                        }
                    }).connect(local(server)).sync().channel();
            client.writeAndFlush(Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII)).sync();
            assertEquals("hello", answer.get(10, TimeUnit.SECONDS));
            assertEquals(local(server), client.remoteAddress());
            client.close().sync();
            server.close().sync();
        }
    }

    @ParameterizedTest
    @EnumSource(value = Mode.class, names = { "RING", "REVERTED", "NO_RING" })
    void whereLoopbackIsMissingAConnectionFails(Mode mode) throws Exception {
        assumeTrue(!isLoopbackThere(), "this kernel has vsock_loopback");
        try (TestGroup group = new TestGroup(mode, 1)) {
            Bootstrap bootstrap = new Bootstrap().group(group.group).channel(IoUringVSockChannel.class)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 300)
                    .handler(TestGroup.IGNORE);
            // Many at once: the kernel is then still busy with the requests when the sockets are watched.
            List<ChannelFuture> attempts = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                attempts.add(bootstrap.connect(new VSockAddress(VSockAddress.VMADDR_CID_LOCAL, 1)));
            }
            for (ChannelFuture attempt : attempts) {
                assertInstanceOf(IOException.class, attempt.await().cause());
                attempt.channel().close().sync();
                assertFalse(attempt.channel().isOpen());
            }
        }
    }

    @Test
    void anAddressOfAnotherFamilyIsRefused() throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1)) {
            Channel channel = new Bootstrap().group(group.group).channel(IoUringVSockChannel.class)
                    .handler(new ChannelInboundHandlerAdapter()).register().sync().channel();
            Throwable cause = channel.connect(new InetSocketAddress("127.0.0.1", 1)).await().cause();
            assertTrue(cause instanceof Error, "" + cause);
            channel.close().sync();
        }
    }

    static VSockAddress local(Channel server) {
        return new VSockAddress(VSockAddress.VMADDR_CID_LOCAL, ((VSockAddress) server.localAddress()).getPort());
    }

    /** Only that module lets a socket be bound to CID 1. */
    static boolean isLoopbackThere() throws IOException {
        // Loads Netty's native library.
        Epoll.ensureAvailability();
        LinuxSocket socket = LinuxSocket.newVSockStream();
        try {
            socket.bindVSock(new VSockAddress(VSockAddress.VMADDR_CID_LOCAL, VSockAddress.VMADDR_PORT_ANY));
            return true;
        } catch (IOException e) {
            return false;
        } finally {
            socket.close();
        }
    }
}
