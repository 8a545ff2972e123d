/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;

/** One side of a stream of bytes. The client begins it with its id. */
final class StreamEnd extends AbstractStreamEnd {
    private final BytePattern outgoing;
    private final BytePattern incoming;

    StreamEnd(SoakConnection connection, boolean isClient) {
        super(connection, isClient);
        outgoing = new BytePattern(connection.id, isClient);
        incoming = new BytePattern(connection.id, !isClient);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (isClient) {
            checkWrite(ctx.writeAndFlush(ctx.alloc().buffer(Long.BYTES).writeLong(connection.id)));
        }
    }

    @Override
    ChannelFuture write(int bytes, int writes) {
        ChannelFuture last = null;
        for (int i = 0; i < writes; i++) {
            int count = Math.max(1, bytes / writes);
            ByteBuf buffer = channel.alloc().buffer(count);
            outgoing.write(buffer, sent, count);
            sent += count;
            // Some flushes of their own, some together.
            last = i % 2 == 0 || i == writes - 1 ? channel.writeAndFlush(buffer) : channel.write(buffer);
            checkWrite(last);
        }
        return last;
    }

    @Override
    void take(Object message) {
        ByteBuf bytes = (ByteBuf) message;
        int wrong = incoming.firstWrong(bytes, received);
        if (wrong >= 0) {
            connection.violated(this, "wrong byte at " + (received + wrong));
        }
        connection.counts().bytes.add(bytes.readableBytes());
        received += bytes.readableBytes();
        bytes.release();
    }
}
