/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.VSockAddress;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.SocketAddress;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Channels go from the ring to epoll at a random point of a transfer, and no byte is lost, repeated or reordered.
 * {@code -Dpollring.test.seed=N} repeats the runs of a failed test from its first one, as far as threads allow.
 */
class RevertInFlightTest {
    /** With fewer it is chance how many channels are reverted. */
    private static final int LEAST_RUNS = 50;
    private static final long SEED = Long.getLong("pollring.test.seed", System.nanoTime());

    @ParameterizedTest
    @CsvSource({
        "RING, TCP, 400", "RING, UNIX, 400", "RING, VSOCK, 400", "DIRECT, TCP, 100", "DIRECT, UNIX, 100",
        "NO_FEATURES, TCP, 100", "NO_FEATURES, UNIX, 100"
    })
    void everyByteArrivesOnce(Mode mode, Stream stream, int fullRuns, TestReporter reporter) throws Exception {
        if (stream == Stream.VSOCK) {
            assumeTrue(VSockTest.isLoopbackThere(), "this kernel lacks vsock_loopback, so CID 1 cannot be reached");
        }
        int runs = Scale.of(fullRuns, LEAST_RUNS);
        int reverted = 0;
        long[] reverts = new long[2];
        try (TestGroup group = new TestGroup(mode, 2)) {
            for (int run = 0; run < runs; run++) {
                reverted += transfer(group, stream, SEED + run);
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

    /**
     * A listener is reverted between any two of the connections that it accepts, and none is lost or accepted twice.
     */
    @ParameterizedTest
    @CsvSource({ "RING, TCP, 100", "RING, UNIX, 100", "RING, VSOCK, 100", "NO_FEATURES, TCP, 50" })
    void everyConnectionIsAcceptedOnce(Mode mode, Stream stream, int fullRuns, TestReporter reporter)
            throws Exception {
        if (stream == Stream.VSOCK) {
            assumeTrue(VSockTest.isLoopbackThere(), "this kernel lacks vsock_loopback, so CID 1 cannot be reached");
        }
        int runs = Scale.of(fullRuns, LEAST_RUNS);
        int reverted = 0;
        try (TestGroup group = new TestGroup(mode, 2)) {
            for (int run = 0; run < runs; run++) {
                reverted += RevertingListener.run(group, stream, SEED + run) ? 1 : 0;
            }
        }
        reporter.publishEntry("seed " + SEED, runs + " runs, " + reverted + " listeners reverted");
        assertTrue(reverted > runs / 2, reverted + " in " + runs + " runs");
    }

    @ParameterizedTest
    @CsvSource({ "RING, TCP, 200", "RING, UNIX, 200", "DIRECT, TCP, 100", "NO_FEATURES, TCP, 100" })
    void everySplicedByteArrivesOnce(Mode mode, Family family, int fullRuns, TestReporter reporter) throws Exception {
        revertInEachRun(mode, 1, Scale.of(fullRuns, LEAST_RUNS), reporter,
                (group, seed) -> RevertingSplice.run(group, family, seed));
    }

    @ParameterizedTest
    @CsvSource({ "RING, 200", "DIRECT, 100", "NO_FEATURES, 100" })
    void everyDescriptorArrivesOnce(Mode mode, int fullRuns, TestReporter reporter) throws Exception {
        List<String> before = Resources.openFiles();
        revertInEachRun(mode, 2, Scale.of(fullRuns, LEAST_RUNS), reporter, RevertingDescriptors::run);
        assertEquals(List.of(), Resources.filesSince(before));
    }

    private static void revertInEachRun(Mode mode, int loops, int runs, TestReporter reporter, Run run)
            throws Exception {
        int reverted = 0;
        try (TestGroup group = new TestGroup(mode, loops)) {
            for (int i = 0; i < runs; i++) {
                reverted += run.of(group, SEED + i);
            }
            for (int i = 0; i < loops; i++) {
                assertEquals(0, IoUring.metrics(group.loop(i)).staleCompletions());
            }
        }
        reporter.publishEntry("seed " + SEED, runs + " runs, " + reverted + " channels reverted");
        assertTrue(reverted > runs / 4, "hardly any channel was reverted: " + reverted + " in " + runs + " runs");
    }

    /** @return how many of the two ends were reverted */
    private static int transfer(TestGroup group, Stream stream, long seed) throws Exception {
        Random random = new Random(seed);
        int there = length(random);
        int back = length(random);
        RevertingTransfer client = new RevertingTransfer(random.nextLong(), there, back);
        RevertingTransfer child = new RevertingTransfer(random.nextLong(), back, there);
        boolean autoRead = random.nextInt(3) > 0;
        ServerBootstrap server = stream.server(group, child)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true).childOption(ChannelOption.AUTO_READ, autoRead);
        if (random.nextBoolean()) {
            server.childOption(ChannelOption.SO_SNDBUF, 4096 << random.nextInt(5));
        }
        Channel listener = server.bind(stream.anyAddress()).sync().channel();
        maybeRevertListener(random, listener);
        Channel channel = stream.client(group, client)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .connect(stream.reach(listener)).sync().channel();
        maybeRevertListener(random, listener);
        try {
            if (random.nextBoolean()) {
                // From outside, whatever the loop is about to do.
                pause(random.nextInt(500_000));
                channel.eventLoop().execute(() -> client.revert.revert(channel));
            }
            client.done.get(20, TimeUnit.SECONDS);
            child.done.get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("seed " + seed + ": client " + client + ", child " + child, e);
        } finally {
            listener.close().sync();
            channel.close().sync();
        }
        if (client.revert.isReverted()) {
            assertEquals(IoUringBackend.EPOLL, backendAtClose(channel));
        }
        return (client.revert.isReverted() ? 1 : 0) + (child.revert.isReverted() ? 1 : 0);
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

    private interface Run {
        /** @return how many channels were reverted */
        int of(TestGroup group, long seed) throws Exception;
    }

    /** The kinds of streams that we have classes for. */
    enum Stream {
        TCP, UNIX, VSOCK;

        private static final VSockAddress ANY_VSOCK =
                new VSockAddress(VSockAddress.VMADDR_CID_ANY, VSockAddress.VMADDR_PORT_ANY);

        Bootstrap client(TestGroup group, ChannelHandler handler) {
            return this == VSOCK ? new Bootstrap().group(group.group).channel(IoUringVSockChannel.class)
                    .handler(handler) : Transport.RING.client(group.group, family(), handler);
        }

        ServerBootstrap server(TestGroup group, ChannelHandler childHandler) {
            return this == VSOCK ? new ServerBootstrap().group(group.group).channel(IoUringServerVSockChannel.class)
                    .childHandler(childHandler) : Transport.RING.server(group.group, family(), childHandler);
        }

        private Family family() {
            return this == TCP ? Family.TCP : Family.UNIX;
        }

        SocketAddress anyAddress() {
            return this == VSOCK ? ANY_VSOCK : family().anyAddress();
        }

        /** Where clients find {@code listener}. */
        SocketAddress reach(Channel listener) {
            return this == VSOCK ? VSockTest.local(listener) : listener.localAddress();
        }
    }
}
