/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.examples;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Answers one request after the other; what was read in one go is answered with one flush. */
final class HttpHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    static final String GREETING = "Hello, World!\n";

    private static final ByteBuf GREETING_BYTES = Unpooled.unreleasableBuffer(
            Unpooled.copiedBuffer(GREETING, StandardCharsets.US_ASCII).asReadOnly());
    private static final AsciiString SERVER = AsciiString.cached("pollring-example");
    private static final AsciiString TEXT = AsciiString.cached("text/plain; charset=utf-8");

    private final Transport transport;

    HttpHandler(Transport transport) {
        this.transport = transport;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        if (request.decoderResult().isFailure()) {
            // Where the next request would begin cannot be known any more.
            FullHttpResponse response = respond(ctx, HttpResponseStatus.BAD_REQUEST, text(ctx, "bad request\n"));
            HttpUtil.setKeepAlive(response, false);
            ctx.write(response);
            return;
        }
        FullHttpResponse response = answer(ctx, request);
        if (HttpMethod.HEAD.equals(request.method())) {
            // The length of what a GET would have brought stays in the header.
            response.content().clear();
        }
        ctx.write(response);
    }

    private FullHttpResponse answer(ChannelHandlerContext ctx, FullHttpRequest request) {
        String uri = request.uri();
        int query = uri.indexOf('?');
        String path = query < 0 ? uri : uri.substring(0, query);
        boolean echo = "/echo".equals(path);
        if (echo ? !HttpMethod.POST.equals(request.method()) : !isRead(request.method())) {
            FullHttpResponse response =
                    respond(ctx, HttpResponseStatus.METHOD_NOT_ALLOWED, text(ctx, "method not allowed\n"));
            response.headers().set(HttpHeaderNames.ALLOW, echo ? "POST" : "GET, HEAD");
            return response;
        }
        switch (path) {
            case "/":
            case "/plaintext":
                return respond(ctx, HttpResponseStatus.OK, GREETING_BYTES.duplicate());
            case "/echo":
                return respond(ctx, HttpResponseStatus.OK, request.content().retain());
            case "/backend":
                return respond(ctx, HttpResponseStatus.OK, text(ctx, "transport: " + transport
                        + "\nbackend: " + LoopReport.backend(ctx.channel()) + '\n'));
            case "/metrics":
                return respond(ctx, HttpResponseStatus.OK, text(ctx, LoopReport.metrics(ctx.channel().eventLoop())));
            default:
                return respond(ctx, HttpResponseStatus.NOT_FOUND, text(ctx, "not found\n"));
        }
    }

    private static boolean isRead(HttpMethod method) {
        return HttpMethod.GET.equals(method) || HttpMethod.HEAD.equals(method);
    }

    private static ByteBuf text(ChannelHandlerContext ctx, String text) {
        return ByteBufUtil.writeUtf8(ctx.alloc(), text);
    }

    private static FullHttpResponse respond(ChannelHandlerContext ctx, HttpResponseStatus status, ByteBuf content) {
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, content);
        response.headers()
                .set(HttpHeaderNames.SERVER, SERVER)
                .set(HttpHeaderNames.CONTENT_TYPE, TEXT)
                .setInt(HttpHeaderNames.CONTENT_LENGTH, content.readableBytes());
        return response;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        // A client that asks without reading the answers must not fill this server's memory.
        ctx.channel().config().setAutoRead(ctx.channel().isWritable());
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            ctx.fireExceptionCaught(cause);
        }
        // An IOException only says that the client is gone.
        ctx.close();
    }
}
