/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;

import java.util.zip.CRC32;

/** The server's end of a stream of noise: sends as many chunks as the first four bytes say, and sums up the rest. */
final class NoiseServer extends ChannelInboundHandlerAdapter {
    private static final int HEADER_BYTES = 4;

    private int headerBytes;
    private int wanted;
    private long length;
    private final CRC32 checksum = new CRC32();
    private boolean sent;
    private boolean received;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf bytes = (ByteBuf) msg;
        try {
            while (headerBytes < HEADER_BYTES && bytes.isReadable()) {
                wanted = wanted << Byte.SIZE | bytes.readUnsignedByte();
                if (++headerBytes == HEADER_BYTES) {
                    NoiseSender.send(ctx.channel(), new Noise(wanted), chunk -> chunk, () -> {
                        sent = true;
                        finish(ctx);
                    });
                }
            }
            length += bytes.readableBytes();
            checksum.update(ByteBufUtil.getBytes(bytes));
        } finally {
            bytes.release();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            received = true;
            finish(ctx);
        }
    }

    private void finish(ChannelHandlerContext ctx) {
        if (sent && received) {
            ctx.writeAndFlush(ctx.alloc().buffer().writeLong(length).writeLong(checksum.getValue()))
                    .addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
        }
    }

    /** Who leaves before the end is no news for the log. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
