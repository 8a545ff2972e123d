/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.pollring.channel.Transport.Family;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A connection whose bytes are spliced to another, in several orders, before its pipeline gets the rest. The source and
 * the target of the splice are reverted on the way, as a seed has it. All of them are on one loop.
 */
final class RevertingSplice {
    /** The loop's, and the test's thread's. */
    private final Random random;
    private final Random lengths;
    private final RevertPoint source;
    private final RevertPoint target;
    private final byte[] bytes;
    private StreamPair in;
    private StreamPair out;

    private RevertingSplice(Random random) {
        this.random = random;
        lengths = new Random(random.nextLong());
        source = new RevertPoint(random);
        target = new RevertPoint(random);
        bytes = new byte[1 + random.nextInt(1 << 4 + random.nextInt(16))];
        random.nextBytes(bytes);
    }

    /** @return how many of the two channels were reverted */
    static int run(TestGroup group, Family family, long seed) throws Exception {
        RevertingSplice splice = new RevertingSplice(new Random(seed));
        try {
            splice.run(group, family);
        } catch (AssertionError | Exception e) {
            throw new AssertionError("seed " + seed + ": " + splice, e);
        }
        return (splice.source.isReverted() ? 1 : 0) + (splice.target.isReverted() ? 1 : 0);
    }

    private void run(TestGroup group, Family family) throws Exception {
        boolean autoRead = random.nextInt(3) > 0;
        boolean small = random.nextBoolean();
        boolean slow = random.nextBoolean();
        Recorder rest = new PassingRecorder(false);
        Recorder sink = new PassingRecorder(slow);
        out = open(group, family, sink, small, !slow);
        in = open(group, family, rest, small, autoRead);
        try {
            int spliced = random.nextInt(bytes.length + 1);
            CompletableFuture<Void> done = new CompletableFuture<>();
            // On the loop, as what follows it is ordered there.
            TestGroup.run(group.loop(), () -> splice(spliced, done));
            send();
            // A slow one begins only now, when the target may have all that it takes.
            out.child.read();
            done.get(10, TimeUnit.SECONDS);
            Await.until("the target's peer has all", 10_000, () -> sink.byteCount() == spliced);
            Await.until("the pipeline has the rest", 10_000, () -> rest.byteCount() == bytes.length - spliced);
            assertArrayEquals(Arrays.copyOf(bytes, spliced), sink.bytes());
            assertArrayEquals(Arrays.copyOfRange(bytes, spliced, bytes.length), rest.bytes());
            in.client.close().sync();
            assertTrue(rest.inactive.await(10, TimeUnit.SECONDS));
            assertEquals("[][]", "" + rest.exceptions + sink.exceptions);
        } finally {
            in.close();
            out.close();
        }
    }

    private static StreamPair open(TestGroup group, Family family, Recorder child, boolean small, boolean autoRead)
            throws Exception {
        return StreamPair.open(Transport.RING, group, family, TestGroup.IGNORE, child,
                client -> client.option(ChannelOption.SO_SNDBUF, small ? 8192 : 1 << 20),
                server -> server.option(ChannelOption.SO_RCVBUF, small ? 64 << 10 : 1 << 20)
                        .childOption(ChannelOption.AUTO_READ, autoRead));
    }

    /** Orders the next {@code left} bytes in pieces, some of them only when those before are there. */
    private void splice(int left, CompletableFuture<Void> done) {
        int length = left == 0 || random.nextInt(3) == 0 ? left : 1 + random.nextInt(left);
        boolean last = length == left;
        boolean wait = random.nextBoolean();
        stream(in.child).spliceTo(stream(out.client), length).addListener(future -> {
            pass();
            if (!future.isSuccess()) {
                done.completeExceptionally(future.cause());
            } else if (last) {
                done.complete(null);
            } else if (wait) {
                splice(left - length, done);
            }
        });
        if (!last && !wait) {
            splice(left - length, done);
        }
    }

    private static AbstractIoUringStreamChannel stream(Channel channel) {
        return (AbstractIoUringStreamChannel) channel;
    }

    private void send() {
        for (int from = 0; from < bytes.length;) {
            int length = Math.min(bytes.length - from, Math.max(bytes.length >> 5, 1 + lengths.nextInt(bytes.length)));
            in.client.writeAndFlush(Unpooled.wrappedBuffer(bytes, from, length)).addListener(future -> pass());
            from += length;
        }
    }

    private void pass() {
        source.pass(in.child);
        target.pass(out.client);
    }

    @Override
    public String toString() {
        return bytes.length + " bytes, source " + source.isReverted() + ", target " + target.isReverted();
    }

    /** Reads on when it has read, and lets the splice's channels pass at each step. */
    private final class PassingRecorder extends Recorder {
        private final boolean slow;

        PassingRecorder(boolean slow) {
            this.slow = slow;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) throws Exception {
            super.channelActive(ctx);
            if (!slow) {
                ctx.read();
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
            pass();
            super.channelRead(ctx, msg);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
            super.channelReadComplete(ctx);
            pass();
            if (slow) {
                ctx.executor().schedule(ctx::read, 1, TimeUnit.MILLISECONDS);
            } else {
                ctx.read();
            }
        }
    }
}
