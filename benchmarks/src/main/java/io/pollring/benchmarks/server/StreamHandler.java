/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;

import java.nio.ByteOrder;

/**
 * Answers each request, which is 8 bytes long, with a message of 1 MiB. All of them are one buffer, filled in advance,
 * so that what is measured is how a transport writes it. Its contents are those that the load generator expects.
 */
final class StreamHandler extends EchoHandler {
    private static final int REQUEST_SIZE = Long.BYTES;
    private static final int MESSAGE_SIZE = 1024 * 1024;
    private static final long STEP = 0x9E3779B97F4A7C15L;
    private static final ByteBuf MESSAGE = newMessage();

    /** Bytes of requests that were not answered yet. */
    private int asked;

    private static ByteBuf newMessage() {
        ByteBuf message = Unpooled.directBuffer(MESSAGE_SIZE, MESSAGE_SIZE);
        for (long word = 0; word < MESSAGE_SIZE / Long.BYTES; word++) {
            long value = word * STEP + 1;
            message.writeLong(ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? value : Long.reverseBytes(value));
        }
        return message;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf request = (ByteBuf) msg;
        asked += request.readableBytes();
        request.release();
        for (; asked >= REQUEST_SIZE; asked -= REQUEST_SIZE) {
            ctx.write(MESSAGE.retainedDuplicate());
        }
    }
}
