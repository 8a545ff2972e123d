/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;

/**
 * The streams of {@link StreamHandler} over Netty's QUIC, on one socket for all connections, with a certificate that
 * this process has made for itself.
 */
final class QuicPipeline {
    static final String PROTOCOL = "stream";

    private static final int MESSAGE_SIZE = 1024 * 1024;
    private static final int MAX_REQUESTS_SIZE = 1024;
    private static final int MAX_SEGMENTS = 16;
    private static final QuicSslContext CONTEXT = newContext();

    private QuicPipeline() {
    }

    private static QuicSslContext newContext() {
        try {
            X509Bundle certificate = new CertificateBuilder().subject("CN=localhost").ecp256()
                    .setIsCertificateAuthority(true).buildSelfSigned();
            return QuicSslContextBuilder.forServer(certificate.getKeyPair().getPrivate(), null,
                    certificate.getCertificatePath()).applicationProtocols(PROTOCOL).build();
        } catch (Exception e) {
            throw new IllegalStateException("no TLS", e);
        }
    }

    /** @param segmented whether packets are written in segments, of which all channels for Linux know what to do */
    static void init(ChannelPipeline pipeline, boolean segmented) {
        SegmentedDatagramPacketAllocator allocator = segmented ? EpollQuicUtils.newSegmentedAllocator(MAX_SEGMENTS)
                : SegmentedDatagramPacketAllocator.NONE;
        pipeline.addLast(new QuicServerCodecBuilder()
                .sslContext(CONTEXT)
                .initialMaxData(MAX_REQUESTS_SIZE)
                .initialMaxStreamDataBidirectionalRemote(MAX_REQUESTS_SIZE)
                .initialMaxStreamsBidirectional(1)
                .option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, allocator)
                .streamHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel stream) {
                        stream.pipeline().addLast(new StreamHandler(MESSAGE_SIZE));
                    }
                })
                .build());
    }
}
