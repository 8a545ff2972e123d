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
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Every kind of channel that Netty's epoll transport has, once through what is special about it. */
class ChannelKindsTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(value = Mode.class, mode = EnumSource.Mode.EXCLUDE, names = "EPOLL")
    void unixStreams(Mode mode) throws Exception {
        for (String path : new String[] {directory.resolve("stream").toString(), "\0pollring-" + System.nanoTime()}) {
            try (TestGroup group = new TestGroup(mode, 2)) {
                DomainSocketAddress address = new DomainSocketAddress(path);
                unixServer(group, address, new Echo());
                Inbox client = new Inbox();
                Channel channel = unixClient(group, client).connect(address).sync().channel();
                assertEquals(address, channel.remoteAddress());
                for (int i = 1; i < 100; i++) {
                    channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[i]));
                    assertEquals(i, client.takeSize());
                }
                channel.close().sync();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = Mode.class, mode = EnumSource.Mode.EXCLUDE, names = "EPOLL")
    void fileDescriptors(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 2)) {
            DomainSocketAddress address = new DomainSocketAddress("\0pollring-fds-" + System.nanoTime());
            Inbox server = new Inbox();
            new ServerBootstrap().group(group.group).channel(EpollServerDomainSocketChannel.class)
                    .childOption(EpollChannelOption.DOMAIN_SOCKET_READ_MODE, DomainSocketReadMode.FILE_DESCRIPTORS)
                    .childHandler(server).bind(address).sync();
            Channel client = unixClient(group, new Inbox()).connect(address).sync().channel();
            for (int i = 0; i < 3; i++) {
                FileDescriptor[] pipe = FileDescriptor.pipe();
                client.write(pipe[1]);
                client.flush();
                FileDescriptor received = (FileDescriptor) server.take();
                ByteBuf ping = Unpooled.directBuffer().writeInt(i);
                assertEquals(4, received.write(ping.nioBuffer(0, 4), 0, 4));
                received.close();
                ping.setInt(0, -1);
                assertEquals(4, pipe[0].read(ping.nioBuffer(0, 4), 0, 4));
                assertEquals(i, ping.getInt(0));
                ping.release();
                pipe[0].close();
                pipe[1].close();
            }
            client.close().sync();
            assertEquals("inactive", server.take());
        }
    }

    @ParameterizedTest
    @EnumSource(value = Mode.class, mode = EnumSource.Mode.EXCLUDE, names = "EPOLL")
    @SuppressWarnings("deprecation")
    void splices(Mode mode) throws Exception {
        int size = 1 << 20;
        try (TestGroup group = new TestGroup(mode, 1);
             Connection from = Connection.open(group, b -> b.childOption(ChannelOption.AUTO_READ, false));
             Connection to = Connection.open(group)) {
            ((EpollSocketChannel) from.channel).spliceTo((EpollSocketChannel) to.channel, size).addListener(future -> {
                if (!future.isSuccess()) {
                    to.recorder.exceptions.add(future.cause());
                }
            });
            from.channel.config().setAutoRead(true);
            Thread sender = new Thread(() -> {
                try {
                    from.send(size);
                } catch (Exception e) {
                    to.recorder.exceptions.add(e);
                }
            });
            sender.start();
            assertEquals(size, to.peer.getInputStream().readNBytes(size).length);
            sender.join();
            assertEquals("[]", to.recorder.exceptions.toString());
            assertEquals(0, from.recorder.byteCount());
        }
    }

    @Test
    void tcpOptions() throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1)) {
            Channel listener = new ServerBootstrap()
                    .group(group.group)
                    .channel(EpollServerSocketChannel.class)
                    .option(EpollChannelOption.TCP_DEFER_ACCEPT, 5)
                    .option(ChannelOption.TCP_FASTOPEN, 10)
                    .option(EpollChannelOption.SO_REUSEPORT, true)
                    .childHandler(new Echo())
                    .bind(loopback()).sync().channel();
            for (int i = 0; i < 3; i++) {
                Inbox inbox = new Inbox();
                EpollSocketChannel channel = (EpollSocketChannel) new Bootstrap()
                        .group(group.group)
                        .channel(EpollSocketChannel.class)
                        .option(ChannelOption.TCP_FASTOPEN_CONNECT, true)
                        .option(EpollChannelOption.TCP_QUICKACK, true)
                        .option(EpollChannelOption.TCP_NOTSENT_LOWAT, 16384L)
                        .option(EpollChannelOption.TCP_USER_TIMEOUT, 5000)
                        .option(EpollChannelOption.SO_BUSY_POLL, 0)
                        .handler(new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelRegistered(ChannelHandlerContext ctx) {
                                // What is written before the connect goes out with the SYN, if a cookie is there.
                                ctx.channel().write(Unpooled.wrappedBuffer(new byte[100]));
                                ctx.pipeline().addLast(inbox);
                                ctx.fireChannelRegistered();
                            }
                        })
                        .connect(listener.localAddress()).sync().channel();
                channel.flush();
                assertEquals(100, inbox.takeSize());
                EpollTcpInfo info = channel.tcpInfo();
                assertTrue(info.rtt() > 0 && info.sndMss() > 0, "rtt " + info.rtt());
                channel.close().sync();
            }
        }
    }

    @Test
    void anAlreadyListeningFd() throws Exception {
        // As it comes from systemd: bound, listening, and with a connection waiting.
        try (TestGroup group = new TestGroup(Mode.RING, 1)) {
            Channel first = group.listen(new Echo(), b -> b.option(ChannelOption.AUTO_READ, false));
            InetSocketAddress address = TestGroup.address(first);
            Inbox inbox = new Inbox();
            Channel client = new Bootstrap().group(group.group).channel(EpollSocketChannel.class).handler(inbox)
                    .connect(address).sync().channel();
            first.deregister().sync();
            EpollServerSocketChannel adopted =
                    new EpollServerSocketChannel(((EpollServerSocketChannel) first).fd().intValue());
            adopted.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object msg) {
                    Channel child = (Channel) msg;
                    child.pipeline().addLast(new Echo());
                    group.loop().register(child);
                }
            });
            group.loop().register(adopted).sync();
            client.writeAndFlush(Unpooled.wrappedBuffer(new byte[5]));
            assertEquals(5, inbox.takeSize());
            adopted.close().sync();
        }
    }

    @Test
    void tcpMd5Signatures() throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1)) {
            Map<InetAddress, byte[]> keys = Map.of(InetAddress.getLoopbackAddress(), "a secret".getBytes("US-ASCII"));
            EpollServerSocketChannel listener =
                    (EpollServerSocketChannel) group.listen(new Echo(), bootstrap -> { });
            try {
                listener.config().setOption(EpollChannelOption.TCP_MD5SIG, keys);
            } catch (ChannelException e) {
                Assumptions.abort("this kernel has no TCP MD5 signatures: " + e.getCause());
            }
            Inbox inbox = new Inbox();
            Channel client = new Bootstrap().group(group.group).channel(EpollSocketChannel.class).handler(inbox)
                    .option(EpollChannelOption.TCP_MD5SIG, keys)
                    .connect(listener.localAddress()).sync().channel();
            client.writeAndFlush(Unpooled.wrappedBuffer(new byte[5]));
            assertEquals(5, inbox.takeSize());
        }
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static Bootstrap unixClient(TestGroup group, ChannelHandler handler) {
        return new Bootstrap().group(group.group).channel(EpollDomainSocketChannel.class).handler(handler);
    }

    private static void unixServer(TestGroup group, SocketAddress address, ChannelHandler handler) throws Exception {
        new ServerBootstrap().group(group.group).channel(EpollServerDomainSocketChannel.class).childHandler(handler)
                .bind(address).sync();
    }

    @ChannelHandler.Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.writeAndFlush(msg);
        }
    }
}
