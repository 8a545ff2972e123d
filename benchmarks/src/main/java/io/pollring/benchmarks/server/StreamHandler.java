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
 * Answers each request, which is 8 bytes long, with a message of a given size. All of them are one buffer, filled in
 * advance, so that what is measured is how a transport writes it. Its contents are those that the load generator
 * expects.
 */
final class StreamHandler extends EchoHandler {
    private static final int REQUEST_SIZE = Long.BYTES;
    private static final int MAX_SIZE = 1024 * 1024;
    private static final long STEP = 0x9E3779B97F4A7C15L;
    /** Every message is the beginning of the longest. */
    private static final ByteBuf LONGEST = newMessage();

    private final int size;
    /** Bytes of requests that were not answered yet. */
    private int asked;

    /** @param size a multiple of 8, and at most 1 MiB */
    StreamHandler(int size) {
        this.size = size;
    }

    /** The longest message. */
    static ByteBuf newMessage() {
        ByteBuf message = Unpooled.directBuffer(MAX_SIZE, MAX_SIZE);
        for (long word = 0; word < MAX_SIZE / Long.BYTES; word++) {
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
            ctx.write(LONGEST.retainedSlice(0, size));
        }
    }
}
