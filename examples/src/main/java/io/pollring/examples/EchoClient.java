/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.examples;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Sends bytes to an echo server and checks that each comes back, in order. */
public final class EchoClient {
    private static final long DEFAULT_SIZE = 1 << 20;
    private static final long MAX_SIZE = 1L << 40;
    private static final int DEFAULT_TIMEOUT = 30;
    private static final int MAX_TIMEOUT = 3600;
    private static final int CHUNK = 16 * 1024;

    private EchoClient() {
    }

    public static void main(String[] args) {
        Options options = options();
        int status = Launcher.run(options, args, System.out, System.err, () -> {
            long nanos = echo(options);
            long size = options.longNumber("size");
            System.out.printf("EchoClient: %d bytes came back right in %.1f ms, %.1f MB/s each way, transport %s%n",
                    size, nanos / 1e6, size * 1e3 / nanos, options.transport());
        });
        System.exit(status);
    }

    static Options options() {
        return new Options("EchoClient", "Sends bytes to an echo server and checks what comes back.",
                EchoServer.DEFAULT_PORT, "port of the echo server")
                .number("size", DEFAULT_SIZE, 1, MAX_SIZE, "bytes to send")
                .number("timeout", DEFAULT_TIMEOUT, 1, MAX_TIMEOUT, "seconds until it gives up");
    }

    /** Returns the nanoseconds from the first byte sent to the last byte received. */
    static long echo(Options options) throws IOException, InterruptedException {
        InetSocketAddress address = options.address();
        CompletableFuture<Long> done = new CompletableFuture<>();
        EventLoopGroup group = options.transport().newGroup(1);
        try {
            Bootstrap bootstrap = new Bootstrap()
                    .group(group)
                    .channelFactory(options.transport().channel())
                    .handler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel channel) {
                            channel.pipeline().addLast(new ClientHandler(options.longNumber("size"), done));
                        }
                    });
            int buffer = options.number("socket-buffer");
            if (buffer > 0) {
                bootstrap.option(ChannelOption.SO_RCVBUF, buffer)
                        .option(ChannelOption.SO_SNDBUF, buffer);
            }
            ChannelFuture connected = bootstrap.connect(address).await();
            if (!connected.isSuccess()) {
                throw new IOException(connected.cause().getMessage(), connected.cause());
            }
            return done.get(options.number("timeout"), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().getMessage(), e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("not all came back within " + options.number("timeout") + " s", e);
        } finally {
            Server.stop(group);
        }
    }

    private static final class ClientHandler extends SimpleChannelInboundHandler<ByteBuf> {
        private final long size;
        private final CompletableFuture<Long> done;
        private final byte[] scratch = new byte[CHUNK];
        private long start;
        private long sent;
        private long received;

        ClientHandler(long size, CompletableFuture<Long> done) {
            this.size = size;
            this.done = done;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            start = System.nanoTime();
            send(ctx);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            send(ctx);
        }

        /** Sends as long as Netty's outbound buffer is below its high-water mark. */
        private void send(ChannelHandlerContext ctx) {
            Channel channel = ctx.channel();
            while (channel.isWritable() && sent < size) {
                int length = (int) Math.min(CHUNK, size - sent);
                TestPattern.fill(scratch, length, sent);
                sent += length;
                ctx.write(ctx.alloc().buffer(length).writeBytes(scratch, 0, length));
            }
            ctx.flush();
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf data) throws IOException {
            while (data.isReadable()) {
                int length = Math.min(scratch.length, data.readableBytes());
                data.readBytes(scratch, 0, length);
                for (int i = 0; i < length; i++) {
                    byte expected = TestPattern.byteAt(received);
                    if (scratch[i] != expected) {
                        throw new IOException(String.format("byte %d came back as 0x%02x instead of 0x%02x",
                                received, scratch[i], expected));
                    }
                    received++;
                }
            }
            if (received == size) {
                done.complete(System.nanoTime() - start);
                ctx.close();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            // Without effect when all bytes had come back.
            done.completeExceptionally(
                    new IOException("the server closed the connection after " + received + " of " + size + " bytes"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            done.completeExceptionally(cause);
            ctx.close();
        }
    }
}
