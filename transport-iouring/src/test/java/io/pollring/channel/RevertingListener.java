/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.pollring.channel.RevertInFlightTest.Stream;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Clients that connect at once, each of which sends its number; and a listener that is reverted before, between or in
 * the middle of its accepts, as a seed has it.
 */
@Sharable
final class RevertingListener extends ChannelInboundHandlerAdapter {
    private static final int MAX_CLIENTS = 24;

    private final Random random;
    private final RevertPoint revert;
    private final Queue<Integer> numbers = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    private RevertingListener(Random random) {
        this.random = random;
        revert = new RevertPoint(random);
    }

    /** @return whether the listener was reverted */
    static boolean run(TestGroup group, Stream stream, long seed) throws Exception {
        Random random = new Random(seed);
        RevertingListener numbers = new RevertingListener(random);
        // Its own handler, so that the channels can be told apart.
        ChannelInboundHandlerAdapter accepts = new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) {
                // In the middle of the loop that accepts.
                numbers.revert.pass(ctx.channel());
                ctx.fireChannelRead(msg);
            }

            @Override
            public void channelReadComplete(ChannelHandlerContext ctx) {
                numbers.revert.pass(ctx.channel());
                if (!ctx.channel().config().isAutoRead()) {
                    ctx.read();
                }
                ctx.fireChannelReadComplete();
            }
        };
        Channel listener = stream.server(group, numbers).handler(accepts)
                .option(ChannelOption.AUTO_READ, random.nextInt(3) > 0).bind(stream.anyAddress()).sync().channel();
        try {
            numbers.connect(group, stream, listener);
        } catch (AssertionError | Exception e) {
            throw new AssertionError("seed " + seed + ", reverted " + numbers.revert.isReverted() + ", came "
                    + numbers.numbers + ", failures " + numbers.failures, e);
        } finally {
            listener.close().sync();
        }
        if (numbers.revert.isReverted()) {
            assertEquals(Boolean.TRUE, listener.attr(IoUring.REVERTED).get());
        }
        return numbers.revert.isReverted();
    }

    private void connect(TestGroup group, Stream stream, Channel listener) throws Exception {
        if (!listener.config().isAutoRead()) {
            listener.read();
        }
        int count = 1 + random.nextInt(MAX_CLIENTS);
        boolean fromOutside = random.nextBoolean();
        Bootstrap bootstrap = stream.client(group, TestGroup.IGNORE);
        List<ChannelFuture> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ChannelFuture client = bootstrap.connect(stream.reach(listener));
            ByteBuf number = Unpooled.directBuffer().writeInt(i);
            client.addListener(future -> {
                if (future.isSuccess()) {
                    client.channel().writeAndFlush(number);
                } else {
                    number.release();
                    failures.add(future.cause());
                }
            });
            clients.add(client);
            if (fromOutside && i == count / 2) {
                listener.eventLoop().execute(() -> revert.revert(listener));
            }
        }
        Await.until("all have come", 20_000, () -> numbers.size() >= count || !failures.isEmpty());
        for (ChannelFuture client : clients) {
            client.channel().close().sync();
        }
        assertTrue(failures.isEmpty());
        assertEquals(IntStream.range(0, count).boxed().collect(Collectors.toList()),
                numbers.stream().sorted().collect(Collectors.toList()));
    }

    // As the handler of accepted channels:

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf buffer = (ByteBuf) msg;
        // Four bytes do not come in two pieces over a local connection.
        numbers.add(buffer.readInt());
        buffer.release();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failures.add(cause);
    }
}
