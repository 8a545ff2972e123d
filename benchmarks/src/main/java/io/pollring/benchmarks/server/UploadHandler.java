/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

import java.nio.ByteOrder;

/**
 * Takes in messages of one size and answers each, when all of it is there, with 8 bytes: what the load generator makes
 * of the message's number and of some of its bytes. To look at all of them would measure that and not the transport.
 */
final class UploadHandler extends EchoHandler {
    private static final int SAMPLE_STEP = 1024;

    private final int size;
    /** Of the message that is coming in. */
    private int received;
    private long number;
    private long hash;

    UploadHandler(int size) {
        this.size = size;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf bytes = (ByteBuf) msg;
        while (bytes.isReadable()) {
            int count = Math.min(bytes.readableBytes(), size - received);
            look(bytes, count);
            bytes.skipBytes(count);
            received += count;
            if (received == size) {
                ctx.write(reply(ctx));
                received = 0;
                number = 0;
                hash = 0;
            }
        }
        bytes.release();
    }

    /** Takes the number from the message's first bytes, and a sample from each KiB that follows. */
    private void look(ByteBuf bytes, int count) {
        int begin = bytes.readerIndex();
        int end = received + count;
        for (int offset = received; offset < Math.min(Long.BYTES, end); offset++) {
            number = number << Byte.SIZE | bytes.getUnsignedByte(begin + offset - received);
        }
        int offset = Math.max(SAMPLE_STEP, (received + SAMPLE_STEP - 1) / SAMPLE_STEP * SAMPLE_STEP);
        for (; offset < end; offset += SAMPLE_STEP) {
            hash = hash * 31 + bytes.getUnsignedByte(begin + offset - received);
        }
    }

    private ByteBuf reply(ChannelHandlerContext ctx) {
        ByteBuf reply = ctx.alloc().directBuffer(Long.BYTES, Long.BYTES);
        return reply.writeLong(inNativeOrder(inNativeOrder(number) + hash));
    }

    /** From or to the order of the network, which the generator does not use. */
    private static long inNativeOrder(long value) {
        return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? value : Long.reverseBytes(value);
    }
}
