/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Promise;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The load generator of QUIC, which takes the same commands as the one in C, {@code loadgen.c}, and answers as that
 * does: {@code QuicGenerator quic PORT CONNECTIONS SIZE} or {@code QuicGenerator check quic}. It is always the same,
 * whatever the server runs on: one thread on Netty's epoll, which receives as cheaply as it can. All bytes that it gets
 * are compared.
 */
public final class QuicGenerator {
    /** How much may be on its way at first. Later it is as much as quiche sees fit. */
    private static final int WINDOW = 256 * 1024;
    private static final int RECEIVE_BUFFER = 4 * 1024 * 1024;
    private static final int MAX_JOINED = 65_535;
    /** As without an allocator that was chosen; such a one reads only one of them, and each is acknowledged then. */
    private static final int PACKETS_PER_READ = 16;
    private static final long CONNECT_SECONDS = 20;

    private final QuicSslContext tls = QuicSslContextBuilder.forClient()
            .trustManager(InsecureTrustManagerFactory.INSTANCE).applicationProtocols(QuicPipeline.PROTOCOL).build();
    private final EventLoop loop;
    private final InetSocketAddress server;
    private final QuicLoad load;

    private QuicGenerator(EventLoop loop, int port, int messageSize) {
        this.loop = loop;
        server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        load = new QuicLoad(StreamHandler.newMessage().slice(0, messageSize));
    }

    public static void main(String[] args) throws Exception {
        if (args[0].equals("check")) {
            BenchmarkServer.say(Quic.isAvailable() ? Map.of()
                    : Map.of("unusable", Quic.unavailabilityCause().toString()));
            return;
        }
        // Of a daemon, as whatever fails is to end the process.
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("generator", true),
                EpollIoHandler.newFactory());
        QuicGenerator generator =
                new QuicGenerator(group.next(), Integer.parseInt(args[1]), Integer.parseInt(args[3]));
        int connections = Integer.parseInt(args[2]);
        for (int i = 0; i < connections; i++) {
            generator.connect();
        }
        BenchmarkServer.say(Map.of("connections", connections, "thread",
                group.next().submit(BenchmarkServer::kernelThreadId).get()));
        generator.obey();
    }

    /** Each connection has a socket of its own. */
    private void connect() throws Exception {
        Channel socket = new Bootstrap()
                .group(loop)
                .channel(EpollDatagramChannel.class)
                .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER)
                .option(EpollChannelOption.UDP_GRO, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR,
                        new FixedRecvByteBufAllocator(MAX_JOINED).maxMessagesPerRead(PACKETS_PER_READ))
                .handler(new QuicClientCodecBuilder()
                        .sslContext(tls)
                        .initialMaxData(WINDOW)
                        .initialMaxStreamDataBidirectionalLocal(WINDOW)
                        .build())
                .bind(InetAddress.getLoopbackAddress(), 0).sync().channel();
        QuicChannel connection = QuicChannel.newBootstrap(socket)
                .handler(new ChannelInboundHandlerAdapter())
                .streamHandler(new ChannelInboundHandlerAdapter())
                .remoteAddress(server)
                .connect().get(CONNECT_SECONDS, TimeUnit.SECONDS);
        connection.createStream(QuicStreamType.BIDIRECTIONAL, new QuicDownload(load)).sync();
    }

    private void obey() throws Exception {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            String[] words = command.split(" ");
            Promise<Map<String, Object>> report = loop.newPromise();
            if (words.length == 2 && words[0].equals("run")) {
                long nanos = (long) (Double.parseDouble(words[1]) * 1e9);
                loop.execute(() -> load.begin(Long.MAX_VALUE, nanos, report));
            } else if (words.length == 2 && words[0].equals("count")) {
                long messages = Long.parseLong(words[1]);
                loop.execute(() -> load.begin(messages, Long.MAX_VALUE, report));
            } else {
                throw new IllegalArgumentException("cannot obey: " + command);
            }
            BenchmarkServer.say(report.get());
        }
    }
}
