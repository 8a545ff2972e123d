/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.examples;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;

import java.io.IOException;

/** Sends back every byte it is sent. A client that ends its half of the connection still gets all that it sent. */
public final class EchoServer {
    static final int DEFAULT_PORT = 8007;

    private EchoServer() {
    }

    public static void main(String[] args) {
        Launcher.serve(options(), args, EchoServer::start);
    }

    static Options options() {
        return new Options("EchoServer", "Sends back every byte it is sent.",
                DEFAULT_PORT, "port to listen on; 0 takes a free one");
    }

    static Server start(Options options) throws IOException {
        return Server.listen(options,
                bootstrap -> bootstrap.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true),
                channel -> channel.pipeline().addLast(new EchoHandler()));
    }

    private static final class EchoHandler extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.write(message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            // A client that sends without reading must not fill this server's memory: read no more until it has read.
            ctx.channel().config().setAutoRead(ctx.channel().isWritable());
            ctx.fireChannelWritabilityChanged();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                // The empty write is behind all that is still to be echoed.
                ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            }
            ctx.fireUserEventTriggered(event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (cause instanceof IOException) {
                // The peer is gone (reset, or closed while we wrote): its own affair, and no news for a server's log.
                ctx.close();
            } else {
                ctx.fireExceptionCaught(cause);
                ctx.close();
            }
        }
    }
}
