/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.testing.integration.EmptyProtos.Empty;
import io.grpc.testing.integration.TestServiceGrpc;
import io.grpc.testing.integration.TestServiceImpl;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import io.pollring.channel.IoUringDatagramChannel;
import io.pollring.channel.IoUringEventLoopGroup;
import io.pollring.channel.IoUringServerSocketChannel;
import io.pollring.channel.IoUringSocketChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What {@code docs/integrations.md} shows, as it is there. */
@Timeout(60)
class DocumentedProgramsTest {
    private static final byte[] ADDRESS = {127, 9, 8, 7};
    private static final String ECHO = "echo";

    private final EventLoopGroup loops = new IoUringEventLoopGroup();

    @AfterEach
    void endLoops() {
        assertTrue(loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).awaitUninterruptibly(20, TimeUnit.SECONDS));
    }

    @Test
    void grpcServesAndCalls() throws Exception {
        ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
        TestServiceImpl service = new TestServiceImpl(executor);
        int port = Ports.free();
        Server server = NettyServerBuilder.forPort(port)
                .channelType(IoUringServerSocketChannel.class)
                .bossEventLoopGroup(loops).workerEventLoopGroup(loops)
                .addService(service).build().start();
        ManagedChannel channel = NettyChannelBuilder.forAddress("localhost", port)
                .channelType(IoUringSocketChannel.class).eventLoopGroup(loops)
                .usePlaintext().build();
        try {
            Empty empty = Empty.getDefaultInstance();
            assertEquals(empty, TestServiceGrpc.newBlockingStub(channel).emptyCall(empty));
        } finally {
            channel.shutdownNow();
            server.shutdownNow().awaitTermination();
            executor.shutdownNow();
        }
    }

    @Test
    void nettysResolverAsksANameServer() throws Exception {
        InetSocketAddress nameServer = (InetSocketAddress) new Bootstrap().group(loops)
                .channel(IoUringDatagramChannel.class).handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new DatagramDnsQueryDecoder(), new DatagramDnsResponseEncoder(),
                                new NameServer());
                    }
                }).bind(InetAddress.getLoopbackAddress(), 0).sync().channel().localAddress();
        DnsNameResolver resolver = new DnsNameResolverBuilder(loops.next())
                .datagramChannelType(IoUringDatagramChannel.class)
                .socketChannelType(IoUringSocketChannel.class)
                .nameServerProvider(new SingletonDnsServerAddressStreamProvider(nameServer)).build();
        try {
            assertEquals(InetAddress.getByAddress(ADDRESS), InetAddress.getByAddress(
                    resolver.resolve("pollring.example").get(10, TimeUnit.SECONDS).getAddress()));
        } finally {
            resolver.close();
        }
    }

    @Test
    void quicServesAndConnects() throws Exception {
        X509Bundle certificate = new CertificateBuilder().subject("CN=localhost").setIsCertificateAuthority(true)
                .buildSelfSigned();
        ChannelHandler serverCodec = limit(new QuicServerCodecBuilder().sslContext(QuicSslContextBuilder.forServer(
                certificate.getKeyPair().getPrivate(), null, certificate.getCertificatePath())
                .applicationProtocols(ECHO).build())).streamHandler(new Echo()).build();
        ChannelHandler clientCodec = limit(new QuicClientCodecBuilder().sslContext(QuicSslContextBuilder.forClient()
                .trustManager(InsecureTrustManagerFactory.INSTANCE).applicationProtocols(ECHO).build())).build();
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        CompletableFuture<String> echoed = new CompletableFuture<>();
        Channel server = new Bootstrap().group(loops).channel(IoUringDatagramChannel.class)
                .handler(serverCodec).bind(address).sync().channel();
        Channel socket = new Bootstrap().group(loops).channel(IoUringDatagramChannel.class)
                .handler(clientCodec).bind(address.getAddress(), 0).sync().channel();
        QuicChannel connection = QuicChannel.newBootstrap(socket).streamHandler(new Echo())
                .remoteAddress(server.localAddress()).connect().get();
        QuicStreamChannel stream = connection.createStream(QuicStreamType.BIDIRECTIONAL,
                new SimpleChannelInboundHandler<ByteBuf>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf bytes) {
                        echoed.complete(bytes.toString(StandardCharsets.US_ASCII));
                    }
                }).get(10, TimeUnit.SECONDS);
        stream.writeAndFlush(Unpooled.copiedBuffer("over QUIC", StandardCharsets.US_ASCII));
        assertEquals("over QUIC", echoed.get(10, TimeUnit.SECONDS));
    }

    private static <B extends QuicCodecBuilder<B>> B limit(B codec) {
        return codec.maxIdleTimeout(10, TimeUnit.SECONDS).initialMaxData(1 << 20).initialMaxStreamsBidirectional(1)
                .initialMaxStreamDataBidirectionalLocal(1 << 20).initialMaxStreamDataBidirectionalRemote(1 << 20);
    }

    /** Sends back what comes. */
    @Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.writeAndFlush(msg);
        }
    }

    /** Has one address for all names. */
    private static final class NameServer extends SimpleChannelInboundHandler<DatagramDnsQuery> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, DatagramDnsQuery query) {
            DnsQuestion question = query.recordAt(DnsSection.QUESTION);
            DatagramDnsResponse response = new DatagramDnsResponse(query.recipient(), query.sender(), query.id());
            response.addRecord(DnsSection.QUESTION, question);
            if (question.type().equals(DnsRecordType.A)) {
                response.addRecord(DnsSection.ANSWER, new DefaultDnsRawRecord(question.name(), DnsRecordType.A, 60,
                        Unpooled.wrappedBuffer(ADDRESS)));
            }
            ctx.writeAndFlush(response);
        }
    }
}
