/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.examples;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Passes the bytes of each accepted connection on to a target, both ways. Nothing is read from one side before what
 * was read from it last has gone out on the other ({@code autoRead=false}), so a slow receiver slows the sender down
 * instead of filling the proxy's memory.
 */
public final class TcpProxy {
    static final int DEFAULT_PORT = 8009;

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(TcpProxy.class);
    private static final int MAX_PORT = 65535;

    private final Options options;
    private final InetSocketAddress target;
    private final AtomicLong maxHeld = new AtomicLong();

    TcpProxy(Options options) {
        this.options = options;
        target = options.address("target-host", "target-port");
    }

    public static void main(String[] args) {
        Launcher.serve(options(), args, options -> new TcpProxy(options).start());
    }

    static Options options() {
        return new Options("TcpProxy", "Passes connections on to a target, with back-pressure both ways.",
                DEFAULT_PORT, "port to listen on; 0 takes a free one")
                .text("target-host", "127.0.0.1", "where to pass connections on to")
                .number("target-port", EchoServer.DEFAULT_PORT, 1, MAX_PORT, "its port");
    }

    Server start() throws IOException {
        return Server.listen(options,
                bootstrap -> bootstrap.childOption(ChannelOption.AUTO_READ, false)
                        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true),
                this::connect);
    }

    /** The most bytes that were ever held for one direction of one connection: read, but not yet written. */
    long maxHeld() {
        return maxHeld.get();
    }

    /** A relay tells how many bytes it holds at the moment. */
    void holding(long bytes) {
        maxHeld.accumulateAndGet(bytes, Math::max);
    }

    private void connect(SocketChannel accepted) {
        Relay front = new Relay(this, accepted);
        accepted.pipeline().addLast(front);
        Bootstrap bootstrap = new Bootstrap()
                // The accepted connection's own loop: then one thread runs both relays of a pair.
                .group(accepted.eventLoop())
                .channelFactory(options.transport().channel())
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel connection) {
                        connection.pipeline().addLast(new Relay(TcpProxy.this, connection));
                    }
                });
        int buffer = options.number("socket-buffer");
        if (buffer > 0) {
            bootstrap.option(ChannelOption.SO_RCVBUF, buffer)
                    .option(ChannelOption.SO_SNDBUF, buffer);
        }
        bootstrap.connect(target).addListener((ChannelFuture connected) -> {
            if (connected.isSuccess()) {
                Relay.join(front, connected.channel().pipeline().get(Relay.class));
            } else {
                LOGGER.warn("cannot connect to {}: {}", Server.text(target), connected.cause().getMessage());
                accepted.close();
            }
        });
    }
}
