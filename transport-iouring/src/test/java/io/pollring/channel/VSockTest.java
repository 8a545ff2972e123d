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
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.epoll.VSockAddress;
import io.netty.channel.unix.RawUnixChannelOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.NotYetConnectedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Streams over AF_VSOCK. */
class VSockTest {
    static final VSockAddress ANY = new VSockAddress(VSockAddress.VMADDR_CID_ANY, VSockAddress.VMADDR_PORT_ANY);

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

    @ParameterizedTest
    @EnumSource(value = Mode.class, names = { "RING", "REVERTED", "NO_RING" })
    void whatCannotBeBoundOrConnectedFailsAndLeavesNothing(Mode mode) throws Exception {
        List<String> before = Resources.openFiles();
        try (TestGroup group = new TestGroup(mode, 1)) {
            List<String> withLoop = Resources.openFiles();
            ServerBootstrap server = new ServerBootstrap().group(group.group).channel(IoUringServerVSockChannel.class)
                    .childHandler(TestGroup.IGNORE);
            Bootstrap client = new Bootstrap().group(group.group).channel(IoUringVSockChannel.class)
                    .handler(TestGroup.IGNORE);
            VSockAddress elsewhere = new VSockAddress(12_345, 10_000);
            InetSocketAddress foreign = new InetSocketAddress("127.0.0.1", 1);
            assertInstanceOf(IOException.class, server.bind(elsewhere).await().cause());
            assertInstanceOf(IOException.class, client.bind(elsewhere).await().cause());
            assertInstanceOf(IOException.class, client.connect(elsewhere, elsewhere).await().cause());
            assertInstanceOf(Error.class, server.bind(foreign).await().cause());
            assertInstanceOf(Error.class, client.bind(foreign).await().cause());
            assertInstanceOf(Error.class, client.connect(elsewhere, foreign).await().cause());
            Channel listener = server.bind(ANY).sync().channel();
            assertInstanceOf(IOException.class, server.bind(listener.localAddress()).await().cause());
            assertInstanceOf(UnsupportedOperationException.class, listener.connect(elsewhere).await().cause());
            assertThrows(NullPointerException.class, () -> listener.bind(null));
            assertThrows(NullPointerException.class, () -> listener.connect(null));
            listener.close().sync();
            Await.until("all sockets are closed", 5000, () -> Resources.filesSince(withLoop).isEmpty());
        }
        assertEquals(List.of(), Resources.filesSince(before));
    }

    @Test
    void aClientMayHaveAPortBeforeItConnects() throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1)) {
            Channel channel = new Bootstrap().group(group.group).channel(IoUringVSockChannel.class)
                    .handler(TestGroup.IGNORE).bind(ANY).sync().channel();
            VSockAddress address = (VSockAddress) channel.localAddress();
            // Ports have 32 bits without a sign.
            assertTrue(address.getPort() != 0 && address.getPort() != VSockAddress.VMADDR_PORT_ANY, address::toString);
            assertFalse(channel.isActive());
            assertNull(channel.remoteAddress());
            assertInstanceOf(NotYetConnectedException.class,
                    channel.writeAndFlush(Unpooled.directBuffer().writeZero(1)).await().cause());
            LinuxSocket other = LinuxSocket.newVSockStream();
            assertThrows(IOException.class, () -> other.bindVSock(address));
            channel.close().sync();
            other.bindVSock(address);
            other.close();
        }
    }

    static Stream<Arguments> options() {
        return Stream.of(Arguments.of(false, OptionCase.RCVBUF), Arguments.of(false, OptionCase.SNDBUF),
                Arguments.of(true, OptionCase.RCVBUF), Arguments.of(true, OptionCase.REUSEADDR));
    }

    @ParameterizedTest
    @MethodSource("options")
    void optionsReachTheKernel(boolean isServer, OptionCase option) throws Exception {
        with(isServer, channel -> {
            for (Object value : new Object[] { option.first, option.second, option.first }) {
                assertTrue(OptionsTest.set(channel, option.option, value));
                int kernel = OptionsTest.kernelValue(channel, option);
                assertTrue(option.kernelValueOf(value).test(kernel), () -> "set " + value + ", kernel has " + kernel);
                Object told = channel.config().getOption(option.option);
                assertEquals(value instanceof Boolean ? value : (Object) kernel, told);
                assertEquals(told, channel.config().getOptions().get(option.option));
            }
            assertThrows(NullPointerException.class, () -> OptionsTest.set(channel, option.option, null));
            assertThrows(ClassCastException.class, () -> OptionsTest.set(channel, option.option, new Object()));
            channel.unsafe().closeForcibly();
            assertThrows(ChannelException.class, () -> OptionsTest.set(channel, option.option, option.first));
            assertThrows(ChannelException.class, () -> channel.config().getOption(option.option));
        });
    }

    /** {@code SO_VM_SOCKETS_BUFFER_SIZE}: what a stream of {@code AF_VSOCK} has in place of {@code SO_RCVBUF}. */
    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void theOptionsOfItsFamilyAreSetByTheirNumbers(boolean isServer) throws Exception {
        RawUnixChannelOption bufferSize = new RawUnixChannelOption("VSockTest.SO_VM_SOCKETS_BUFFER_SIZE", 40, 0, 8);
        with(isServer, channel -> {
            for (long size : new long[] { 100_000, 50_000 }) {
                ByteBuffer value = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder()).putLong(0, size);
                assertTrue(channel.config().setOption(bufferSize, value));
                assertEquals(size,
                        channel.config().getOption(bufferSize).order(ByteOrder.nativeOrder()).getLong());
            }
        });
    }

    @Test
    void optionsThatAreNotTheKernelsAreKept() throws Exception {
        with(false, channel -> {
            OptionsTest.roundTrip(channel.config(), ChannelOption.ALLOW_HALF_CLOSURE, true);
            assertTrue(((IoUringVSockChannel) channel).config().isAllowHalfClosure());
            assertThrows(IllegalArgumentException.class,
                    () -> channel.config().setOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, -1));
            // Those of TCP.
            assertFalse(channel.config().setOption(ChannelOption.TCP_NODELAY, true));
            assertNull(channel.config().getOption(ChannelOption.TCP_NODELAY));
        });
        with(true, channel -> {
            OptionsTest.roundTrip(channel.config(), ChannelOption.SO_BACKLOG, 5);
            assertEquals(5, ((IoUringServerVSockChannel) channel).config().getBacklog());
            assertThrows(IllegalArgumentException.class,
                    () -> channel.config().setOption(ChannelOption.SO_BACKLOG, -1));
            assertThrows(NullPointerException.class,
                    () -> channel.config().setOption(ChannelOption.SO_BACKLOG, null));
            assertFalse(channel.config().setOption(ChannelOption.SO_KEEPALIVE, true));
            assertNull(channel.config().getOption(ChannelOption.SO_KEEPALIVE));
        });
    }

    private static void with(boolean isServer, OptionsTest.Body body) throws Exception {
        // Loads Netty's native library.
        Epoll.ensureAvailability();
        Channel channel = isServer ? new IoUringServerVSockChannel() : new IoUringVSockChannel();
        try {
            body.accept(channel);
        } finally {
            channel.unsafe().closeForcibly();
        }
        assertFalse(channel.isOpen());
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
