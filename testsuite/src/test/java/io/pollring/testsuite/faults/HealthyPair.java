/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.faults;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.concurrent.Promise;
import io.pollring.testsuite.harness.Network;

import java.util.concurrent.TimeUnit;

/** A number goes to and fro between two channels whose sockets no fault touches, as long as the faults last. */
final class HealthyPair {
    private static final long MAX_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Channel client;
    private final Channel server;
    private final int clientFd;
    private final int serverFd;
    private volatile long rounds;
    private volatile long lastNanos = System.nanoTime();
    private volatile long longestNanos;
    private volatile String failure;
    private volatile boolean ending;

    HealthyPair(FaultTransport transport, EventLoopGroup group, ByteBufAllocator allocator, FaultLibrary library)
            throws Exception {
        Promise<Channel> accepted = group.next().newPromise();
        Channel listener = new ServerBootstrap().group(group).channel(transport.server(false))
                .childOption(ChannelOption.ALLOCATOR, allocator).childHandler(new Bouncer(accepted))
                .bind(Network.anyPort()).sync().channel();
        client = new Bootstrap().group(group).channel(transport.client(false))
                .option(ChannelOption.ALLOCATOR, allocator).handler(new Bouncer(null))
                .connect(listener.localAddress()).sync().channel();
        server = accepted.sync().getNow();
        listener.close().sync();
        clientFd = ((UnixChannel) client).fd().intValue();
        serverFd = ((UnixChannel) server).fd().intValue();
        library.pollring_faults_spare(clientFd, 1);
        library.pollring_faults_spare(serverFd, 1);
        client.writeAndFlush(client.alloc().buffer().writeLong(0)).sync();
    }

    /** What is wrong with it, or {@code null}. */
    String check() {
        long pause = System.nanoTime() - lastNanos;
        if (failure == null && pause > MAX_PAUSE_NANOS) {
            failure = "not served for " + TimeUnit.NANOSECONDS.toMillis(pause) + " ms after " + rounds + " rounds";
        }
        return failure;
    }

    /** Whoever has these descriptors next is not spared. */
    void end(FaultLibrary library) throws InterruptedException {
        ending = true;
        client.close().sync();
        server.closeFuture().sync();
        library.pollring_faults_spare(clientFd, 0);
        library.pollring_faults_spare(serverFd, 0);
    }

    @Override
    public String toString() {
        return rounds + " rounds, the longest took " + TimeUnit.NANOSECONDS.toMillis(longestNanos) + " ms";
    }

    private final class Bouncer extends ChannelInboundHandlerAdapter {
        private final Promise<Channel> accepted;
        private ByteBuf number;

        Bouncer(Promise<Channel> accepted) {
            this.accepted = accepted;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            number = ctx.alloc().buffer(Long.BYTES);
            if (accepted != null) {
                accepted.setSuccess(ctx.channel());
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            number.writeBytes((ByteBuf) message);
            ((ByteBuf) message).release();
            if (number.readableBytes() < Long.BYTES) {
                return;
            }
            long value = number.readLong();
            number.clear();
            if (accepted == null) {
                value = finishRound(value);
            }
            ctx.writeAndFlush(ctx.alloc().buffer(Long.BYTES).writeLong(value));
        }

        private long finishRound(long value) {
            long now = System.nanoTime();
            longestNanos = Math.max(longestNanos, now - lastNanos);
            lastNanos = now;
            if (value != rounds) {
                failure = "got " + value + " in place of " + rounds;
            }
            return ++rounds;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // Whoever is closed with something unread resets the connection.
            if (!ending) {
                failure = ctx.channel() + " caught " + cause;
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            number.release();
            if (!ending) {
                failure = ctx.channel() + " was closed";
            }
        }
    }
}
