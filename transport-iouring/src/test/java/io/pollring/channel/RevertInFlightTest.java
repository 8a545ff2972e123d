/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Random;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Channels go from the ring to epoll at a random point of a transfer, and no byte is lost, repeated or reordered.
 * {@code -Dpollring.test.seed=N} repeats the runs of a failed test from its first one, as far as threads allow.
 */
class RevertInFlightTest {
    private static final long SEED = Long.getLong("pollring.test.seed", System.nanoTime());

    @ParameterizedTest
    @CsvSource({ "RING, TCP, 1000", "RING, UNIX, 1000", "NO_FEATURES, TCP, 200", "NO_FEATURES, UNIX, 200" })
    void everyByteArrivesOnce(Mode mode, Family family, int fullRuns, TestReporter reporter) throws Exception {
        int runs = Scale.of(fullRuns);
        int reverted = 0;
        long[] reverts = new long[2];
        try (TestGroup group = new TestGroup(mode, 2)) {
            for (int run = 0; run < runs; run++) {
                reverted += transfer(group, family, SEED + run);
            }
            for (int i = 0; i < reverts.length; i++) {
                IoUringMetrics metrics = IoUring.metrics(group.loop(i));
                reverts[i] = metrics.revertsByReason().getOrDefault("test", 0L);
                assertEquals(0, metrics.staleCompletions());
            }
        }
        reporter.publishEntry("seed " + SEED, runs + " runs, " + reverted + " ends reverted, " + reverts[0] + '+'
                + reverts[1] + " reverts with those of listeners");
        assertTrue(reverted > runs, "hardly any channel was reverted: " + reverted + " in " + runs + " runs");
    }

    /** @return how many of the two ends were reverted */
    private static int transfer(TestGroup group, Family family, long seed) throws Exception {
        Random random = new Random(seed);
        int there = length(random);
        int back = length(random);
        RevertingTransfer client = new RevertingTransfer(random.nextLong(), there, back);
        RevertingTransfer child = new RevertingTransfer(random.nextLong(), back, there);
        Transport transport = Transport.RING;
        boolean autoRead = random.nextInt(3) > 0;
        ServerBootstrap server = transport.server(group.group, family, new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel ch) {
                ch.pipeline().addLast(child);
            }
        }).childOption(ChannelOption.ALLOW_HALF_CLOSURE, true).childOption(ChannelOption.AUTO_READ, autoRead);
        if (random.nextBoolean()) {
            server.childOption(ChannelOption.SO_SNDBUF, 4096 << random.nextInt(5));
        }
        Channel listener = server.bind(family.anyAddress()).sync().channel();
        maybeRevertListener(random, listener);
        Channel channel = transport.client(group.group, family, client)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .connect(listener.localAddress()).sync().channel();
        maybeRevertListener(random, listener);
        try {
            if (random.nextBoolean()) {
                // From outside, whatever the loop is about to do.
                pause(random.nextInt(500_000));
                channel.eventLoop().execute(() -> client.revert(channel));
            }
            client.done.get(20, TimeUnit.SECONDS);
            child.done.get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("seed " + seed + ": client " + client + ", child " + child, e);
        } finally {
            listener.close().sync();
            channel.close().sync();
        }
        if (client.reverted) {
            assertEquals(IoUringBackend.EPOLL, backendAtClose(channel));
        }
        return (client.reverted ? 1 : 0) + (child.reverted ? 1 : 0);
    }

    private static int length(Random random) {
        return random.nextInt(1 << random.nextInt(20)) + 1;
    }

    private static void maybeRevertListener(Random random, Channel listener) {
        if (random.nextInt(4) == 0) {
            EventLoop loop = listener.eventLoop();
            loop.execute(() -> IoUring.handler(loop).revert(listener, "test"));
        }
    }

    private static IoUringBackend backendAtClose(Channel channel) {
        return channel.attr(IoUring.REVERTED).get() == Boolean.TRUE ? IoUringBackend.EPOLL : IoUringBackend.RING;
    }

    private static void pause(int nanos) {
        long until = System.nanoTime() + nanos;
        while (System.nanoTime() - until < 0) {
            Thread.onSpinWait();
        }
    }
}
