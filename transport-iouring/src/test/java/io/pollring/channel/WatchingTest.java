/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SelectStrategy;
import io.netty.util.concurrent.EventExecutor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Loops that watch their ring before they sleep. */
@Timeout(60)
class WatchingTest {
    private static final int BOUND_MICROS = 10_000;
    private static final int SHORT_PAUSE_MICROS = 100;
    private static final int ROUNDS = 2000;

    @BeforeEach
    void needsProcessors() throws IOException {
        assumeTrue(IoUring.isAvailable(), "no ring: " + IoUring.unavailabilityCause());
        assumeTrue(Runtime.getRuntime().availableProcessors() >= 2, "loops do not watch with less than two processors");
        Path quota = Path.of("/sys/fs/cgroup/cpu.max");
        assumeTrue(!Files.exists(quota) || Files.readString(quota).startsWith("max"), "loops do not watch with a quota");
    }

    private static MultiThreadIoEventLoopGroup group(int loops) {
        return new IoUringEventLoopGroup(loops, new IoUringIoHandlerConfig().setWatchMicros(BOUND_MICROS));
    }

    private static long watches(IoUringMetrics metrics) {
        return metrics.watchesInTime() + metrics.watchesGivenUp();
    }

    private static void shutDown(MultiThreadIoEventLoopGroup group) throws InterruptedException {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }

    /** One after the other and with a pause, so that the loop waits before each. */
    private static void giveTasks(EventLoop loop, int count, long pauseMicros) throws Exception {
        for (int i = 0; i < count; i++) {
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(pauseMicros));
            loop.submit(() -> { }).get();
        }
    }

    /** What a loop of {@code group} has counted when it was given tasks; ends the group. */
    private static IoUringMetrics metricsAfterTasks(MultiThreadIoEventLoopGroup group) throws Exception {
        try {
            EventLoop loop = group.next();
            giveTasks(loop, ROUNDS, SHORT_PAUSE_MICROS);
            return IoUring.metrics(loop);
        } finally {
            shutDown(group);
        }
    }

    @Test
    void answersOfALoopThatWatchesAreRight() throws Exception {
        MultiThreadIoEventLoopGroup group = group(1);
        try {
            Channel listener = new ServerBootstrap().group(group).channel(IoUringServerSocketChannel.class)
                    .childHandler(new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelRead(ChannelHandlerContext ctx, Object msg) {
                            ctx.writeAndFlush(msg);
                        }

                        @Override
                        public boolean isSharable() {
                            return true;
                        }
                    }).bind(InetAddress.getLoopbackAddress(), 0).sync().channel();
            try (Socket socket = new Socket()) {
                socket.connect(listener.localAddress());
                socket.setTcpNoDelay(true);
                OutputStream out = socket.getOutputStream();
                DataInputStream in = new DataInputStream(socket.getInputStream());
                for (int i = 0; i < ROUNDS; i++) {
                    out.write(new byte[] {(byte) i, (byte) (i >>> 8)});
                    assertEquals(i & 0xFF, in.readUnsignedByte());
                    assertEquals(i >>> 8, in.readUnsignedByte());
                }
            }
            IoUringMetrics metrics = IoUring.metrics(group.next());
            assertTrue(metrics.watchesInTime() > ROUNDS / 4, metrics::toString);
        } finally {
            shutDown(group);
        }
    }

    @Test
    void tasksForALoopThatWatchesTakeNoSystemCall() throws Exception {
        IoUringMetrics metrics = metricsAfterTasks(group(1));
        assertTrue(metrics.wakeups() < ROUNDS / 2 && metrics.watchesInTime() > ROUNDS / 4, metrics::toString);
    }

    @Test
    void loopWhoseWaitsAreLongSleeps() throws Exception {
        MultiThreadIoEventLoopGroup group = group(1);
        try {
            EventLoop loop = group.next();
            giveTasks(loop, ROUNDS, SHORT_PAUSE_MICROS);
            IoUringMetrics metrics = IoUring.metrics(loop);
            long watches = watches(metrics);
            giveTasks(loop, 20, BOUND_MICROS + BOUND_MICROS / 2);
            assertTrue(watches(metrics) - watches < 10, metrics::toString);
        } finally {
            shutDown(group);
        }
    }

    /** The timer's completion ends a watch as it ends a sleep, also if it comes just before it. */
    @Test
    void noScheduledTaskIsMissed() throws Exception {
        MultiThreadIoEventLoopGroup group = group(1);
        try {
            EventLoop loop = group.next();
            CountDownLatch done = new CountDownLatch(500);
            loop.execute(new Runnable() {
                @Override
                public void run() {
                    done.countDown();
                    if (done.getCount() > 0) {
                        // From nothing to a millisecond.
                        loop.schedule(this, done.getCount() % 20 * 50, TimeUnit.MICROSECONDS);
                    }
                }
            });
            assertTrue(done.await(20, TimeUnit.SECONDS), () -> done.getCount() + " tasks have not run: "
                    + IoUring.metrics(loop));
            assertTrue(IoUring.metrics(loop).watchesInTime() > 0, () -> IoUring.metrics(loop).toString());
        } finally {
            shutDown(group);
        }
    }

    @Test
    void moreLoopsThanProcessorsDoNotWatch() throws Exception {
        MultiThreadIoEventLoopGroup group = group(Runtime.getRuntime().availableProcessors() + 1);
        for (EventExecutor loop : group) {
            loop.submit(() -> { }).get();
        }
        assertEquals(0, watches(metricsAfterTasks(group)));
    }

    /** Whose threads Netty has not started. */
    @Test
    void loopsThatDoNotRunDoNotCount() throws Exception {
        IoUringMetrics metrics = metricsAfterTasks(group(2 * Runtime.getRuntime().availableProcessors()));
        assertTrue(watches(metrics) > ROUNDS / 4, metrics::toString);
    }

    @Test
    void loopWithAStrategyOfItsUsersDoesNotWatch() throws Exception {
        SelectStrategy strategy = DefaultSelectStrategyFactory.INSTANCE.newSelectStrategy();
        assertEquals(0, watches(metricsAfterTasks(new MultiThreadIoEventLoopGroup(1, IoUringIoHandler.newFactory(
                new IoUringIoHandlerConfig().setWatchMicros(BOUND_MICROS), () -> strategy::calculateStrategy)))));
    }

    @Test
    void loopThatItsUserRunsDoesNotWatch() throws Exception {
        ManualIoEventLoop loop = new ManualIoEventLoop(Thread.currentThread(),
                IoUringIoHandler.newFactory(new IoUringIoHandlerConfig().setWatchMicros(BOUND_MICROS)));
        for (int i = 0; i < 100; i++) {
            loop.run(TimeUnit.MICROSECONDS.toNanos(100));
        }
        assertEquals(0, watches(IoUring.metrics(loop)));
        loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        while (!loop.isTerminated()) {
            loop.runNow();
        }
    }
}
