/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * One end of a transfer in both directions: sends a part of a table of random bytes, checks what comes against another
 * part, shuts its output down, and reverts its own channel at one of the operations, as a seed has it.
 */
final class RevertingTransfer extends ChannelInboundHandlerAdapter {
    private static final int TABLE_SIZE = 1 << 20;
    private static final byte[] BYTES = new byte[TABLE_SIZE];
    private static final ByteBuf TABLE = Unpooled.directBuffer(TABLE_SIZE);

    static {
        new Random(42).nextBytes(BYTES);
        TABLE.writeBytes(BYTES);
    }

    /** Complete when all is sent and all is received. */
    final CompletableFuture<Void> done = new CompletableFuture<>();
    final RevertPoint revert;
    private final Random random;
    private final int sendFrom;
    private final int sendTo;
    private final int receiveTo;
    private final boolean minds;
    private final int maxChunk;
    private int sent;
    private int received;
    private boolean outputDone;
    private boolean inputDone;

    /**
     * @param sends    how many bytes this end sends; half a MiB at most
     * @param receives how many bytes the other end sends
     */
    RevertingTransfer(long seed, int sends, int receives) {
        random = new Random(seed);
        // A place of its own for each length, so that the two directions cannot be taken for each other.
        sendFrom = sends;
        sendTo = 2 * sends;
        sent = sends;
        received = receives;
        receiveTo = 2 * receives;
        minds = random.nextBoolean();
        maxChunk = Math.max(sends >> 8, 1 << 4 + random.nextInt(13));
        revert = new RevertPoint(random);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        revert.pass(ctx.channel());
        send(ctx);
        readOnDemand(ctx);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        revert.pass(ctx.channel());
        send(ctx);
    }

    private void send(ChannelHandlerContext ctx) {
        while (sent < sendTo && (!minds || ctx.channel().isWritable())) {
            int length = Math.min(1 + random.nextInt(maxChunk), sendTo - sent);
            int from = sent;
            sent += length;
            boolean last = sent == sendTo;
            // May come back here, when it makes the channel writable or not.
            ChannelFuture written = ctx.write(TABLE.retainedSlice(from, length));
            if (random.nextInt(4) == 0) {
                ctx.flush();
                revert.pass(ctx.channel());
            }
            if (last) {
                written.addListener(future -> {
                    if (!future.isSuccess()) {
                        done.completeExceptionally(future.cause());
                        return;
                    }
                    revert.pass(ctx.channel());
                    ((DuplexChannel) ctx.channel()).shutdownOutput();
                    outputDone = true;
                    endIfDone();
                });
            }
        }
        ctx.flush();
        revert.pass(ctx.channel());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        revert.pass(ctx.channel());
        ByteBuf buf = (ByteBuf) msg;
        byte[] bytes = ByteBufUtil.getBytes(buf);
        int length = bytes.length;
        if (received + length > receiveTo
                || !Arrays.equals(BYTES, received, received + length, bytes, 0, length)) {
            done.completeExceptionally(new AssertionError("wrong bytes at " + received + ", " + length + " of them"));
        }
        received += length;
        buf.release();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        revert.pass(ctx.channel());
        readOnDemand(ctx);
    }

    private void readOnDemand(ChannelHandlerContext ctx) {
        if (ctx.channel().config().isAutoRead()) {
            return;
        }
        if (random.nextBoolean()) {
            ctx.read();
        } else {
            ctx.executor().execute(() -> {
                revert.pass(ctx.channel());
                ctx.read();
            });
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object evt) {
        revert.pass(ctx.channel());
        if (evt == ChannelInputShutdownReadComplete.INSTANCE) {
            if (received != receiveTo) {
                done.completeExceptionally(new AssertionError("the end came after " + received));
            }
            inputDone = true;
            endIfDone();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        done.completeExceptionally(new AssertionError("inactive " + this));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        done.completeExceptionally(cause);
    }

    private void endIfDone() {
        if (inputDone && outputDone) {
            done.complete(null);
        }
    }

    @Override
    public String toString() {
        return "sent " + (sent - sendFrom) + " of " + (sendTo - sendFrom) + (outputDone ? ", done" : "")
                + "; received " + (received - receiveTo / 2) + " of " + receiveTo / 2 + (inputDone ? ", done" : "")
                + (revert.isReverted() ? "; reverted" : "");
    }
}
