/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertNotNull;

/** A QUIC server and its clients, each side on loops of its own. Each connection has a socket of its own. */
final class QuicPeers implements AutoCloseable {
    static final long WAIT_SECONDS = 100;
    static final int MAX_STREAMS = 100;
    private static final int IDLE_SECONDS = 20;
    private static final int LOOPS = 2;
    private static final int WINDOW = 1 << 20;
    private static final String HOST = "localhost";

    private final QuicProtocol protocol;
    private final Datagrams datagrams;
    private final Datagrams.Count count = new Datagrams.Count();
    private final QuicSslContext clientTls;
    private final Loops serverLoops;
    private final Loops clientLoops;
    private final Channel server;
    private final BlockingQueue<QuicChannel> accepted = new LinkedBlockingQueue<>();

    QuicPeers(Transport transport, Datagrams datagrams, QuicProtocol protocol) throws Exception {
        this.protocol = protocol;
        this.datagrams = datagrams;
        X509Bundle certificate = new CertificateBuilder().subject("CN=" + HOST).addSanDnsName(HOST)
                .setIsCertificateAuthority(true).buildSelfSigned();
        QuicSslContext serverTls = QuicSslContextBuilder.forServer(certificate.getKeyPair().getPrivate(), null,
                certificate.getCertificatePath()).applicationProtocols(protocol.names()).build();
        clientTls = QuicSslContextBuilder.forClient().trustManager(certificate.toTrustManagerFactory())
                .applicationProtocols(protocol.names()).build();
        serverLoops = new Loops(transport, LOOPS);
        clientLoops = new Loops(transport, LOOPS);
        server = bind(serverLoops, limit(protocol.serverCodec()).sslContext(serverTls)
                .option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, datagrams.allocator())
                .handler(new ChannelInitializer<QuicChannel>() {
                    @Override
                    protected void initChannel(QuicChannel connection) {
                        connection.pipeline().addLast(new Accepted(), protocol.serverConnection());
                    }
                }).build());
    }

    private static <B extends QuicCodecBuilder<B>> B limit(B codec) {
        return codec.maxIdleTimeout(IDLE_SECONDS, TimeUnit.SECONDS).initialMaxData(WINDOW)
                .initialMaxStreamDataBidirectionalLocal(WINDOW).initialMaxStreamDataBidirectionalRemote(WINDOW)
                .initialMaxStreamsBidirectional(MAX_STREAMS);
    }

    private Channel bind(Loops loops, ChannelHandler codec) throws Exception {
        Channel channel = datagrams.configure(new Bootstrap()).group(loops.group())
                .channel(loops.transport().datagramChannelClass()).handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel socket) {
                        socket.pipeline().addLast(count.newHandler(), codec);
                    }
                }).bind(InetAddress.getLoopbackAddress(), 0).sync().channel();
        datagrams.assertConfigured(channel);
        return channel;
    }

    /** A new connection, of a new socket. */
    QuicChannel connect() throws Exception {
        int port = serverAddress().getPort();
        Channel socket = bind(clientLoops, limit(protocol.clientCodec())
                .sslEngineProvider(connection -> clientTls.newEngine(connection.alloc(), HOST, port)).build());
        return QuicChannel.newBootstrap(socket).handler(protocol.clientConnection()).remoteAddress(serverAddress())
                .option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, datagrams.allocator())
                .streamHandler(new ChannelInboundHandlerAdapter()).connect().get(WAIT_SECONDS, TimeUnit.SECONDS);
    }

    private InetSocketAddress serverAddress() {
        return (InetSocketAddress) server.localAddress();
    }

    /** The server's side of the connection that it has accepted first of those that nobody has asked for. */
    QuicChannel accepted() throws InterruptedException {
        QuicChannel connection = accepted.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        assertNotNull(connection, "the server has no connection");
        return connection;
    }

    @Override
    public void close() {
        try (Loops serversLoops = serverLoops; Loops clientsLoops = clientLoops) {
            count.assertUsed(datagrams);
        }
    }

    private final class Accepted extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            accepted.add((QuicChannel) ctx.channel());
            ctx.fireChannelActive();
        }
    }
}
