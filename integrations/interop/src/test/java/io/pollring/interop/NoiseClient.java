/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;

import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32;

/** The client's end of a stream of noise. */
final class NoiseClient extends ChannelInboundHandlerAdapter {
    private final Noise up;
    private final long expected;
    private final int wanted;
    private final long breakOffAt;
    private long length;
    private final CRC32 checksum = new CRC32();
    /** What the server has received. */
    private final ByteBuf report = Unpooled.buffer();
    private final CompletableFuture<String> outcome = new CompletableFuture<>();

    /** @param breakOffAt after so many bytes the connection is closed */
    NoiseClient(int up, int down, long breakOffAt) {
        this.up = new Noise(up);
        this.expected = new Noise(down).length();
        this.wanted = down;
        this.breakOffAt = breakOffAt;
    }

    CompletableFuture<String> outcome() {
        return outcome;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.write(ctx.alloc().buffer().writeInt(wanted));
        NoiseSender.send(ctx.channel(), up, chunk -> chunk, () -> ((QuicStreamChannel) ctx.channel()).shutdownOutput());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf bytes = (ByteBuf) msg;
        try {
            int body = (int) Math.min(bytes.readableBytes(), expected - length);
            checksum.update(ByteBufUtil.getBytes(bytes, bytes.readerIndex(), body));
            length += body;
            report.writeBytes(bytes.skipBytes(body));
        } finally {
            bytes.release();
        }
        if (length >= breakOffAt) {
            ctx.channel().parent().close();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            outcome.complete("down " + length + " " + checksum.getValue() + ", up "
                    + (report.readableBytes() == 2 * Long.BYTES ? report.readLong() + " " + report.readLong()
                    : "reported in " + report.readableBytes() + " bytes"));
        }
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
