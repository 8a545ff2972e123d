/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.PeerCredentials;
import io.netty.channel.unix.UnixChannelOption;
import io.pollring.channel.IoUringSocketChannel;
import io.pollring.testsuite.harness.Network;

import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * What channels are used for, in small, on one group. They use nothing that the oldest Netty lacks that is supported, so
 * that they can be run on any; each throws if something is wrong.
 */
final class Programs {
    private static final int SECONDS = 15;
    private static final int LARGE = 1_000_000;

    private final EventLoopGroup group;
    private final Kinds kinds;

    Programs(EventLoopGroup group, Kinds kinds) {
        this.group = group;
        this.kinds = kinds;
    }

    void echoOverTcp() throws Exception {
        echo(listen(kinds.tcpServer, group, new Echo()), kinds.tcp);
    }

    void echoOverUnixSockets() throws Exception {
        echo(listen(kinds.unixServer, group, new Echo()), kinds.unix);
    }

    private void echo(Channel server, Class<? extends Channel> type) throws Exception {
        Collector answer = new Collector(LARGE);
        Channel client = connect(type, group, server, answer);
        ByteBuf data = pattern(LARGE);
        for (int i = 0; i < 100; i++) {
            client.writeAndFlush(data.readRetainedSlice(100)).sync();
        }
        while (data.isReadable()) {
            client.writeAndFlush(data.readRetainedSlice(Math.min(64_000, data.readableBytes())));
        }
        data.release();
        answer.await();
        close(client, server);
    }

    /** The peer ends its output, is answered, and only then closed. */
    void answerAfterHalfAConnection() throws Exception {
        Channel server = listen(kinds.tcpServer, group, new ChannelInboundHandlerAdapter() {
            private int bytes;

            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                bytes += ((ByteBuf) message).readableBytes();
                ((ByteBuf) message).release();
            }

            @Override
            public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                if (event == ChannelInputShutdownEvent.INSTANCE) {
                    ctx.writeAndFlush(pattern(bytes)).addListener(ChannelFutureListener.CLOSE);
                }
            }
        });
        Collector answer = new Collector(5_000);
        Channel client = connect(kinds.tcp, group, server, answer);
        client.writeAndFlush(pattern(5_000)).sync();
        ((DuplexChannel) client).shutdownOutput().sync();
        answer.await();
        close(client, server);
    }

    void datagrams() throws Exception {
        datagrams(100);
    }

    /** More than a packet of most networks takes: the kernel cuts them, and puts them together again. */
    void largeDatagrams() throws Exception {
        datagrams(4_000);
    }

    /** One at a time: a socket's buffer has no room for many. A network may lose any; that one is sent again. */
    private void datagrams(int bytes) throws Exception {
        Semaphore answers = new Semaphore(0);
        Channel server = bindDatagrams((ctx, message) -> {
            DatagramPacket packet = (DatagramPacket) message;
            ctx.writeAndFlush(new DatagramPacket(packet.content().retain(), packet.sender()));
        });
        Channel client = bindDatagrams((ctx, message) -> {
            check(((DatagramPacket) message).content().equals(Unpooled.wrappedBuffer(new byte[bytes])), "other bytes");
            answers.release();
        });
        for (int i = 0; i < 50; i++) {
            int tries = 0;
            do {
                check(tries++ < SECONDS, "no answer to datagram " + i);
                client.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(new byte[bytes]),
                        (InetSocketAddress) server.localAddress())).sync();
            } while (!answers.tryAcquire(1, TimeUnit.SECONDS));
        }
        close(client, server);
    }

    void unixDatagrams() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        Channel server = bind(kinds.unixDatagrams, Kinds.newUnixAddress(), (ctx, message) -> arrived.countDown());
        Channel client = bind(kinds.unixDatagrams, Kinds.newUnixAddress(), (ctx, message) -> { });
        client.writeAndFlush(new DomainDatagramPacket(pattern(10),
                (DomainSocketAddress) server.localAddress())).sync();
        check(arrived.await(SECONDS, TimeUnit.SECONDS), "no datagram");
        close(client, server);
    }

    void fileRegion() throws Exception {
        File file = File.createTempFile("pollring", ".region");
        try {
            byte[] bytes = new byte[LARGE];
            ByteBuf pattern = pattern(LARGE);
            pattern.readBytes(bytes).release();
            Files.write(file.toPath(), bytes);
            Channel server = listen(kinds.tcpServer, group, new ChannelInboundHandlerAdapter() {
                @Override
                public void channelActive(ChannelHandlerContext ctx) {
                    ctx.writeAndFlush(new DefaultFileRegion(file, 0, LARGE))
                            .addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
                }
            });
            Collector received = new Collector(LARGE);
            Channel client = connect(kinds.tcp, group, server, received);
            received.await();
            close(client, server);
        } finally {
            Files.delete(file.toPath());
        }
    }

    void options() throws Exception {
        Channel server = new ServerBootstrap().group(group).channel(kinds.tcpServer)
                .option(UnixChannelOption.SO_REUSEPORT, true).childHandler(new Echo())
                .bind(Network.anyPort()).sync().channel();
        Channel client = new Bootstrap().group(group).channel(kinds.tcp).handler(new Collector(0))
                .option(EpollChannelOption.TCP_USER_TIMEOUT, 1234).option(ChannelOption.TCP_NODELAY, true)
                .connect(server.localAddress()).sync().channel();
        check(client.config().getOption(EpollChannelOption.TCP_USER_TIMEOUT) == 1234, "option: another value");
        check(client.config().getOptions().containsKey(EpollChannelOption.TCP_CORK), "option: not listed");
        check(server.config().getOptions().containsKey(UnixChannelOption.SO_REUSEPORT), "option: not listed");
        close(client, server);
    }

    void tcpInfo() throws Exception {
        Channel server = listen(kinds.tcpServer, group, new Echo());
        Channel client = connect(kinds.tcp, group, server, new Collector(0));
        long segment = client instanceof EpollSocketChannel ? ((EpollSocketChannel) client).tcpInfo().sndMss()
                : ((IoUringSocketChannel) client).tcpInfo().sndMss();
        check(segment >= 500, "a maximum segment size of " + segment);
        close(client, server);
    }

    void descriptors() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        Channel server = new ServerBootstrap().group(group).channel(kinds.unixServer)
                .childOption(UnixChannelOption.DOMAIN_SOCKET_READ_MODE, DomainSocketReadMode.FILE_DESCRIPTORS)
                .childHandler(new Reader((ctx, message) -> {
                    ((FileDescriptor) message).close();
                    arrived.countDown();
                })).bind(Kinds.newUnixAddress()).sync().channel();
        Channel client = connect(kinds.unix, group, server, new Collector(0));
        client.writeAndFlush(FileDescriptor.from("/dev/null")).sync();
        check(arrived.await(SECONDS, TimeUnit.SECONDS), "no descriptor");
        close(client, server);
    }

    void splice() throws Exception {
        EventLoop loop = group.next();
        CompletableFuture<Channel> accepted = new CompletableFuture<>();
        Channel front = listen(kinds.tcpServer, loop, new ChannelInboundHandlerAdapter() {
            @Override
            public void handlerAdded(ChannelHandlerContext ctx) {
                ctx.channel().config().setAutoRead(false);
                accepted.complete(ctx.channel());
            }
        });
        Channel back = listen(kinds.tcpServer, group, new Echo());
        Collector echoed = new Collector(50_000);
        Channel target = connect(kinds.tcp, loop, back, echoed);
        Channel client = connect(kinds.tcp, group, front, new Collector(0));
        Channel source = accepted.get(SECONDS, TimeUnit.SECONDS);
        source.config().setAutoRead(true);
        ChannelFuture spliced = source instanceof EpollSocketChannel
                ? ((EpollSocketChannel) source).spliceTo((EpollSocketChannel) target, 50_000)
                : ((IoUringSocketChannel) source).spliceTo((IoUringSocketChannel) target, 50_000);
        client.writeAndFlush(pattern(50_000)).sync();
        check(spliced.await(SECONDS, TimeUnit.SECONDS), "not spliced");
        spliced.sync();
        echoed.await();
        close(client, source, target, front, back);
    }

    void refusedConnection() throws Exception {
        Channel server = listen(kinds.tcpServer, group, new Echo());
        SocketAddress address = server.localAddress();
        close(server);
        Throwable cause = new Bootstrap().group(group).channel(kinds.tcp).handler(new Collector(0)).connect(address)
                .await().cause();
        check(cause instanceof ConnectException, "the wrong exception: " + cause);
    }

    void peerCredentials() throws Exception {
        Channel server = listen(kinds.unixServer, group, new Echo());
        Channel client = connect(kinds.unix, group, server, new Collector(0));
        PeerCredentials credentials = kinds.credentials(client);
        check(credentials.pid() == ProcessHandle.current().pid(), "credentials of another: " + credentials);
        close(client, server);
    }

    private Channel listen(Class<? extends ServerChannel> type, EventLoopGroup loops,
                           ChannelHandler handler) throws Exception {
        return new ServerBootstrap().group(loops).channel(type).childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(handler).bind(kinds.anyAddress(type)).sync().channel();
    }

    private static Channel connect(Class<? extends Channel> type, EventLoopGroup loops, Channel server,
                                   ChannelHandler handler) throws Exception {
        return new Bootstrap().group(loops).channel(type).handler(handler).connect(server.localAddress()).sync().channel();
    }

    private Channel bindDatagrams(Read read) throws Exception {
        return new Bootstrap().group(group).channel(kinds.udp).handler(new Reader(read))
                .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 8192)
                .option(ChannelOption.RCVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(4 * 8192))
                .bind(Network.anyPort()).sync().channel();
    }

    private Channel bind(Class<? extends Channel> type, SocketAddress address, Read read) throws Exception {
        return new Bootstrap().group(group).channel(type).handler(new Reader(read)).bind(address).sync().channel();
    }

    private static void close(Channel... channels) throws Exception {
        for (Channel channel : channels) {
            channel.close().sync();
        }
    }

    private static byte byteAt(long position) {
        return (byte) (position * 31 + (position >> 10));
    }

    private static ByteBuf pattern(int length) {
        ByteBuf buffer = Unpooled.directBuffer(length);
        for (int i = 0; i < length; i++) {
            buffer.writeByte(byteAt(i));
        }
        return buffer;
    }

    private static void check(boolean condition, String otherwise) throws IOException {
        if (!condition) {
            throw new IOException(otherwise);
        }
    }

    /** What to do with a message, which is released afterwards. */
    private interface Read {
        void read(ChannelHandlerContext ctx, Object message) throws Exception;
    }

    @ChannelHandler.Sharable
    private static final class Reader extends SimpleChannelInboundHandler<Object> {
        private final Read read;

        Reader(Read read) {
            this.read = read;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, Object message) throws Exception {
            read.read(ctx, message);
        }
    }

    @ChannelHandler.Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.write(message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }
    }

    /** Compares what comes to the pattern. */
    private static final class Collector extends ChannelInboundHandlerAdapter {
        private final long expected;
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private long position;

        Collector(long expected) {
            this.expected = expected;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            try {
                for (; bytes.isReadable(); position++) {
                    if (bytes.readByte() != byteAt(position)) {
                        done.completeExceptionally(new IOException("another byte at " + position));
                    }
                }
            } finally {
                bytes.release();
            }
            if (position >= expected) {
                done.complete(null);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            done.completeExceptionally(cause);
            ctx.close();
        }

        void await() throws Exception {
            done.get(SECONDS, TimeUnit.SECONDS);
            check(position == expected, position + " bytes of " + expected);
        }
    }
}
