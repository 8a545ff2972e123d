/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http3.DefaultHttp3DataFrame;
import io.netty.handler.codec.http3.DefaultHttp3HeadersFrame;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.http3.Http3DataFrame;
import io.netty.handler.codec.http3.Http3HeadersFrame;
import io.netty.handler.codec.http3.Http3RequestStreamInboundHandler;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Netty's HTTP/3 over channels of datagrams. */
@Timeout(120)
class Http3Test {
    /** 8 MiB; in the quick part 1 MiB. */
    private static final int CHUNKS = Scope.isWhole() ? 128 : 16;
    private static final int REQUESTS = 10;

    @ParameterizedTest
    @MethodSource("io.pollring.interop.Transport#tried")
    void bodiesOfSomeMegabytesGoUpAndComeBackWhole(Transport transport) throws Exception {
        try (QuicPeers peers = new QuicPeers(transport, Datagrams.PLAIN, new Http3Protocol())) {
            QuicChannel connection = peers.connect();
            List<CompletableFuture<String>> answers = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                answers.add(post(connection, "/" + i, new Noise(CHUNKS)));
            }
            Noise sent = new Noise(CHUNKS);
            for (int i = 0; i < REQUESTS; i++) {
                assertEquals("200 /" + i + " " + sent.length() + " " + sent.checksum(),
                        answers.get(i).get(QuicPeers.WAIT_SECONDS, TimeUnit.SECONDS));
            }
        }
    }

    private static CompletableFuture<String> post(QuicChannel connection, String path, Noise body) {
        Response response = new Response();
        Http3.newRequestStream(connection, response).addListener(created -> {
            if (!created.isSuccess()) {
                response.outcome.completeExceptionally(created.cause());
                return;
            }
            QuicStreamChannel stream = (QuicStreamChannel) created.getNow();
            Http3HeadersFrame request = new DefaultHttp3HeadersFrame();
            request.headers().method("POST").scheme("https").authority("localhost").path(path);
            stream.write(request);
            NoiseSender.send(stream, body, DefaultHttp3DataFrame::new, stream::shutdownOutput);
        });
        return response.outcome;
    }

    /** Sums up what is answered. */
    private static final class Response extends Http3RequestStreamInboundHandler {
        private final CompletableFuture<String> outcome = new CompletableFuture<>();
        private final CRC32 checksum = new CRC32();
        private String head = "no head";
        private long length;

        @Override
        protected void channelRead(ChannelHandlerContext ctx, Http3HeadersFrame frame) {
            head = frame.headers().status() + " " + frame.headers().get("asked");
        }

        @Override
        protected void channelRead(ChannelHandlerContext ctx, Http3DataFrame frame) {
            length += frame.content().readableBytes();
            checksum.update(ByteBufUtil.getBytes(frame.content()));
            frame.release();
        }

        @Override
        protected void channelInputClosed(ChannelHandlerContext ctx) {
            outcome.complete(head + " " + length + " " + checksum.getValue());
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            outcome.completeExceptionally(new ClosedChannelException());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            outcome.completeExceptionally(cause);
            ctx.close();
        }
    }
}
