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
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultAddressedEnvelope;
import io.netty.util.ReferenceCountUtil;

import java.net.SocketAddress;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * One end of an exchange of numbered datagrams. Only so many are on their way at a time as fit into a receive buffer,
 * so none may be lost; each one says how many of the other end's have come, and what comes out of order is a failure.
 * The
 * end reverts its own channel at one of the operations, as a seed has it.
 */
final class RevertingDatagrams extends ChannelInboundHandlerAdapter {
    static final int MAX_LENGTH = 1200;
    /** The number of a datagram that only confirms. */
    private static final int NO_NUMBER = -1;
    private static final int TABLE_SIZE = 1 << 14;
    private static final byte[] BYTES = new byte[TABLE_SIZE];
    private static final int HEADER = 3 * Integer.BYTES;

    static {
        new Random(43).nextBytes(BYTES);
    }

    /** Complete when all is sent and confirmed, and all is received. */
    final CompletableFuture<Void> done = new CompletableFuture<>();
    final RevertPoint revert;
    private final Random random;
    private final int sends;
    private final int receives;
    private final int window;
    private ChannelHandlerContext context;
    private volatile SocketAddress peer;
    private int sent;
    private int confirmed;
    private int received;
    private int told;
    private int writing;

    /**
     * @param sends    how many datagrams this end sends
     * @param receives how many the other end sends
     * @param window   how many of this end's may be unconfirmed at a time
     */
    RevertingDatagrams(long seed, int sends, int receives, int window) {
        random = new Random(seed);
        revert = new RevertPoint(random);
        this.sends = sends;
        this.receives = receives;
        this.window = window;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    /**
     * To be called of both ends before either {@linkplain #start() starts}.
     *
     * @param peer where the other end is; without, the channel has to be connected to it
     */
    void sendTo(SocketAddress peer) {
        this.peer = peer;
    }

    void start() {
        context.executor().execute(() -> {
            send();
            readOnDemand();
        });
    }

    private Channel channel() {
        return context.channel();
    }

    private void send() {
        revert.pass(channel());
        while (sent < sends && sent - confirmed < window) {
            write(sent++, random.nextInt(MAX_LENGTH - HEADER));
            if (random.nextInt(4) == 0) {
                context.flush();
                revert.pass(channel());
            }
        }
        if (told < received) {
            write(NO_NUMBER, 0);
        }
        context.flush();
        revert.pass(channel());
    }

    private void write(int number, int length) {
        ByteBuf content = Unpooled.directBuffer(HEADER + length).writeInt(number).writeInt(received).writeInt(length)
                .writeBytes(BYTES, start(number), length);
        told = received;
        writing++;
        SocketAddress recipient = peer;
        Object message = recipient == null ? content : new DefaultAddressedEnvelope<>(content, recipient);
        context.write(message).addListener(future -> {
            writing--;
            if (future.isSuccess()) {
                endIfDone();
            } else {
                done.completeExceptionally(future.cause());
            }
        });
    }

    /** Where in the table the bytes of a datagram begin. */
    private static int start(int number) {
        return (number & 0xFFFF) * 31 % (TABLE_SIZE - MAX_LENGTH);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        revert.pass(channel());
        try {
            ByteBuf content = (ByteBuf) (msg instanceof AddressedEnvelope
                    ? ((AddressedEnvelope<?, ?>) msg).content() : msg);
            check(content);
        } finally {
            ReferenceCountUtil.release(msg);
        }
    }

    private void check(ByteBuf content) {
        int number = content.readInt();
        int confirms = content.readInt();
        int length = content.readInt();
        if (number != NO_NUMBER && number != received++) {
            fail("out of order: " + number + " instead of " + (received - 1));
        }
        if (confirms < confirmed || confirms > sent) {
            fail("confirms " + confirms);
        }
        confirmed = Math.max(confirmed, confirms);
        byte[] bytes = ByteBufUtil.getBytes(content);
        int start = start(number);
        if (bytes.length != length || !Arrays.equals(BYTES, start, start + length, bytes, 0, length)) {
            fail("wrong bytes in " + number + ": " + bytes.length + " of " + length);
        }
    }

    private void fail(String what) {
        done.completeExceptionally(new AssertionError(what + "; " + this));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        send();
        readOnDemand();
        endIfDone();
    }

    private void readOnDemand() {
        if (channel().config().isAutoRead()) {
            return;
        }
        if (random.nextBoolean()) {
            context.read();
        } else {
            context.executor().execute(() -> {
                revert.pass(channel());
                context.read();
            });
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        done.completeExceptionally(cause);
    }

    private void endIfDone() {
        if (confirmed == sends && received == receives && told == received && writing == 0) {
            done.complete(null);
        }
    }

    @Override
    public String toString() {
        return "sent " + sent + " of " + sends + ", confirmed " + confirmed + "; received " + received + " of "
                + receives + ", told " + told + "; writing " + writing + (revert.isReverted() ? "; reverted" : "");
    }
}
