/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.pollring.channel.Transport.Family;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Two connected channels of one transport, each on a loop of its own if the group has two. */
final class StreamPair implements AutoCloseable {
    static final int MORE_THAN_FITS = 1 << 20;
    private static final int BUFFER = 64 << 10;

    final Channel client;
    final Channel child;

    private StreamPair(Channel client, Channel child) {
        this.client = client;
        this.child = child;
    }

    static StreamPair open(Transport transport, TestGroup group, Family family, ChannelHandler clientHandler,
                           ChannelHandler childHandler) throws Exception {
        return open(transport, group, family, clientHandler, childHandler, bootstrap -> { }, bootstrap -> { });
    }

    /** The child reads nothing before it is told to, and {@link #MORE_THAN_FITS} bytes are too many for the sockets. */
    static StreamPair openPaused(Transport transport, TestGroup group, Family family, ChannelHandler clientHandler,
                                 ChannelHandler childHandler, boolean halfClosure) throws Exception {
        return open(transport, group, family, clientHandler, childHandler,
                bootstrap -> bootstrap.option(ChannelOption.SO_SNDBUF, BUFFER)
                        .option(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure),
                server -> server.option(ChannelOption.SO_RCVBUF, BUFFER)
                        .childOption(ChannelOption.AUTO_READ, false)
                        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure));
    }

    /** Connects; the listener is closed when this returns. */
    static StreamPair open(Transport transport, TestGroup group, Family family, ChannelHandler clientHandler,
                           ChannelHandler childHandler, Consumer<Bootstrap> clientSettings,
                           Consumer<ServerBootstrap> serverSettings) throws Exception {
        CompletableFuture<Channel> accepted = new CompletableFuture<>();
        ServerBootstrap server = transport.server(group.group, family, new ChannelInboundHandlerAdapter() {
            @Override
            public void handlerAdded(ChannelHandlerContext ctx) {
                ctx.pipeline().addLast(childHandler);
                accepted.complete(ctx.channel());
            }
        });
        serverSettings.accept(server);
        Channel listener = server.bind(family.anyAddress()).sync().channel();
        Bootstrap bootstrap = transport.client(group.group, family, clientHandler);
        clientSettings.accept(bootstrap);
        Channel client = bootstrap.connect(listener.localAddress()).sync().channel();
        Channel child = accepted.get(10, TimeUnit.SECONDS);
        Await.until("the accepted channel is registered", 10_000, child::isRegistered);
        listener.close().sync();
        return new StreamPair(client, child);
    }

    @Override
    public void close() throws Exception {
        client.close().sync();
        child.close().sync();
    }
}
