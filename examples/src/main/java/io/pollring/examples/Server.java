/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.examples;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** What the listening examples have in common: the event loops, the listening channel, and an orderly end. */
final class Server implements AutoCloseable {
    private static final int BACKLOG = 1024;
    private static final long DRAIN_SECONDS = 5;
    private static final long SHUTDOWN_SECONDS = 5;

    private final Transport transport;
    private final EventLoopGroup group;
    private final Channel listener;
    private final ChannelGroup connections;

    private Server(Transport transport, EventLoopGroup group, Channel listener, ChannelGroup connections) {
        this.transport = transport;
        this.group = group;
        this.listener = listener;
        this.connections = connections;
    }

    /**
     * Listens where the options say.
     *
     * @param settings the socket options of this example
     * @param pipeline fills the pipeline of an accepted connection
     */
    static Server listen(Options options, Consumer<ServerBootstrap> settings, Consumer<SocketChannel> pipeline)
            throws IOException {
        InetSocketAddress address = options.address();
        Transport transport = options.transport();
        EventLoopGroup group = transport.newGroup(options.number("threads"));
        ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channelFactory(transport.serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        connections.add(channel);
                        pipeline.accept(channel);
                    }
                });
        int buffer = options.number("socket-buffer");
        if (buffer > 0) {
            // The listener's receive buffer is inherited, and sets the window that the first packets announce.
            bootstrap.option(ChannelOption.SO_RCVBUF, buffer)
                    .childOption(ChannelOption.SO_SNDBUF, buffer);
        }
        settings.accept(bootstrap);
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            stop(group);
            throw new IOException("cannot listen on " + text(address) + ": " + bound.cause().getMessage(),
                    bound.cause());
        }
        return new Server(transport, group, bound.channel(), connections);
    }

    /** Where it listens; with the port that was chosen where port 0 was asked for. */
    InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    /** One line that says where it listens, on which transport, and what its loops wait on. */
    String describe() {
        return "listening on " + text(address()) + ", transport " + transport + ", " + LoopReport.summary(group);
    }

    /**
     * Stops: no new connection is accepted, what has been written to the open ones goes out, they are closed, then
     * the event loops end.
     */
    @Override
    public void close() {
        listener.close().awaitUninterruptibly();
        for (Channel connection : connections) {
            // Behind everything that was written before it. From the first handler on, so that no codec sees it.
            ChannelHandlerContext first = connection.pipeline().firstContext();
            if (first == null) {
                connection.close();
            } else {
                first.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            }
        }
        connections.newCloseFuture().awaitUninterruptibly(DRAIN_SECONDS, TimeUnit.SECONDS);
        stop(group);
    }

    static void stop(EventLoopGroup group) {
        group.shutdownGracefully(0, SHUTDOWN_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : '[' + host + ']') + ':' + address.getPort();
    }
}
