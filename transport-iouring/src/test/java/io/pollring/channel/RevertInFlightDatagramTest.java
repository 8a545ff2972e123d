/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.NetUtil;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Datagram channels go from the ring to epoll at a random point of an exchange, and no datagram is lost, repeated or
 * reordered. {@code -Dpollring.test.seed=N} repeats the runs of a failed test from its first one.
 */
class RevertInFlightDatagramTest {
    /** With fewer it is chance how many channels are reverted. */
    private static final int LEAST_RUNS = 30;
    private static final long SEED = Long.getLong("pollring.test.seed", System.nanoTime());
    /** So many of the largest fit into a receive buffer of the kernel's default size, with all that it accounts. */
    private static final int UDP_WINDOW = 48;
    /** More than a UNIX socket queues (net.unix.max_dgram_qlen), so that writers wait. */
    private static final int UNIX_WINDOW = 40;

    @TempDir
    Path directory;

    private int names;

    @ParameterizedTest
    @CsvSource({ "RING, false, 300", "RING, true, 300", "NO_FEATURES, false, 30", "NO_FEATURES, true, 30" })
    void everyDatagramArrivesOnce(Mode mode, boolean unix, int fullRuns, TestReporter reporter) throws Exception {
        int runs = Scale.of(fullRuns, LEAST_RUNS);
        int reverted = 0;
        try (TestGroup group = new TestGroup(mode, 2)) {
            for (int run = 0; run < runs; run++) {
                reverted += exchange(group, unix, SEED + run);
            }
            for (int i = 0; i < 2; i++) {
                assertEquals(0, IoUring.metrics(group.loop(i)).staleCompletions());
            }
        }
        reporter.publishEntry("seed " + SEED, runs + " runs, " + reverted + " ends reverted");
        assertTrue(reverted > runs, "hardly any channel was reverted: " + reverted + " in " + runs + " runs");
    }

    /** @return how many of the two ends were reverted */
    private int exchange(TestGroup group, boolean unix, long seed) throws Exception {
        Random random = new Random(seed);
        int there = 1 + random.nextInt(1 << random.nextInt(8));
        int back = 1 + random.nextInt(1 << random.nextInt(8));
        int window = 1 + random.nextInt(unix ? UNIX_WINDOW : UDP_WINDOW);
        RevertingDatagrams left = new RevertingDatagrams(random.nextLong(), there, back, window);
        RevertingDatagrams right = new RevertingDatagrams(random.nextLong(), back, there, window);
        Channel a = bind(group, unix, random, left);
        Channel b = bind(group, unix, random, right);
        boolean connected = random.nextBoolean();
        if (connected) {
            a.connect(b.localAddress()).sync();
            b.connect(a.localAddress()).sync();
        } else {
            left.sendTo(b.localAddress());
            right.sendTo(a.localAddress());
        }
        try {
            left.start();
            right.start();
            if (random.nextBoolean()) {
                // From outside, whatever the loop is about to do.
                TimeUnit.NANOSECONDS.sleep(random.nextInt(300_000));
                a.eventLoop().execute(() -> left.revert.revert(a));
            }
            left.done.get(20, TimeUnit.SECONDS);
            right.done.get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("seed " + seed + ": " + a + ' ' + left + ", " + b + ' ' + right, e);
        }
        int reverted = backend(a, left) + backend(b, right);
        a.close().sync();
        b.close().sync();
        return reverted;
    }

    private Channel bind(TestGroup group, boolean unix, Random random, RevertingDatagrams handler) throws Exception {
        Bootstrap bootstrap = new Bootstrap().group(group.group).handler(handler)
                .option(ChannelOption.AUTO_READ, random.nextInt(3) > 0)
                .option(ChannelOption.MAX_MESSAGES_PER_WRITE, 1 + random.nextInt(64));
        SocketAddress address;
        if (unix) {
            bootstrap.channel(IoUringDomainDatagramChannel.class);
            address = new DomainSocketAddress(directory.resolve("s" + names++).toString());
        } else {
            bootstrap.channel(IoUringDatagramChannel.class);
            address = new InetSocketAddress(NetUtil.LOCALHOST4, 0);
            if (random.nextBoolean()) {
                bootstrap.option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, RevertingDatagrams.MAX_LENGTH)
                        .option(ChannelOption.RCVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(
                                RevertingDatagrams.MAX_LENGTH * (1 + random.nextInt(8))));
            }
        }
        return bootstrap.bind(address).sync().channel();
    }

    private static int backend(Channel channel, RevertingDatagrams end) {
        if (end.revert.isReverted()) {
            assertEquals(IoUringBackend.EPOLL, IoUring.backend(channel));
            return 1;
        }
        return 0;
    }
}
