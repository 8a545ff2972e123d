/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http3.DefaultHttp3DataFrame;
import io.netty.handler.codec.http3.DefaultHttp3HeadersFrame;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.http3.Http3ClientConnectionHandler;
import io.netty.handler.codec.http3.Http3DataFrame;
import io.netty.handler.codec.http3.Http3HeadersFrame;
import io.netty.handler.codec.http3.Http3RequestStreamInboundHandler;
import io.netty.handler.codec.http3.Http3ServerConnectionHandler;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;

/** HTTP/3, with a server that answers each body with the same body. */
final class Http3Protocol implements QuicProtocol {
    @Override
    public String[] names() {
        return Http3.supportedApplicationProtocols();
    }

    @Override
    public QuicServerCodecBuilder serverCodec() {
        return Http3.newQuicServerCodecBuilder();
    }

    @Override
    public QuicClientCodecBuilder clientCodec() {
        return Http3.newQuicClientCodecBuilder();
    }

    @Override
    public ChannelHandler serverConnection() {
        return new Http3ServerConnectionHandler(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel stream) {
                stream.pipeline().addLast(new Echo());
            }
        });
    }

    @Override
    public ChannelHandler clientConnection() {
        return new Http3ClientConnectionHandler();
    }

    private static final class Echo extends Http3RequestStreamInboundHandler {
        @Override
        protected void channelRead(ChannelHandlerContext ctx, Http3HeadersFrame request) {
            Http3HeadersFrame response = new DefaultHttp3HeadersFrame();
            response.headers().status("200").add("asked", request.headers().path());
            ctx.writeAndFlush(response);
        }

        @Override
        protected void channelRead(ChannelHandlerContext ctx, Http3DataFrame data) {
            ctx.writeAndFlush(new DefaultHttp3DataFrame(data.content()));
        }

        @Override
        protected void channelInputClosed(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(new DefaultHttp3DataFrame(ctx.alloc().buffer(0)))
                    .addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
        }
    }
}
