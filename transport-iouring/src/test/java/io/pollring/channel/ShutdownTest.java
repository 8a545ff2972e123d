/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A group that shuts down closes every channel, and leaves no fd, no thread and no memory behind. */
class ShutdownTest {
    private static final int CONNECTIONS = Scale.of(1000);

    // Netty's own loop forgets its channels if the shutdown begins while it runs tasks.
    @ParameterizedTest
    @EnumSource(value = Setup.class, mode = EnumSource.Mode.EXCLUDE, names = "EPOLL")
    void leavesNothingOfAThousandOpenChannels(Setup setup) throws Exception {
        // What this JVM makes once and keeps is not to be counted.
        openAndShutDown(setup, 2);
        List<String> filesBefore = Resources.openFiles();
        int mappingsBefore = Resources.ringMappings();
        long memoryBefore = Resources.directMemory();
        int threadsBefore = Resources.kernelThreads();

        openAndShutDown(setup, CONNECTIONS);

        assertEquals(Collections.emptyList(), Resources.filesSince(filesBefore));
        assertEquals(mappingsBefore, Resources.ringMappings());
        // Arenas of the pooled allocator that threads of the JVM share may have grown: they are not the loop's.
        assertTrue(Resources.directMemory() <= memoryBefore + (8 << 20),
                () -> memoryBefore + " bytes before, " + Resources.directMemory() + " after");
        Await.until("the kernel threads have ended", 5000, () -> Resources.kernelThreads() <= threadsBefore + 1);
    }

    /** Lets two loops accept connections, then shuts them down. */
    private static void openAndShutDown(Setup setup, int connections) throws Exception {
        List<Channel> accepted = new CopyOnWriteArrayList<>();
        List<Channel> all = new ArrayList<>();
        AtomicInteger inactive = new AtomicInteger();
        List<Socket> peers = new ArrayList<>();
        TestGroup group = setup.newGroup(2);
        try {
            Channel listener = group.listen(new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel ch) {
                    accepted.add(ch);
                    ch.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelInactive(ChannelHandlerContext ctx) {
                            inactive.incrementAndGet();
                        }
                    });
                }
            }, bootstrap -> bootstrap.option(ChannelOption.SO_BACKLOG, 4096));
            for (int i = 0; i < connections; i++) {
                Socket peer = new Socket();
                peers.add(peer);
                peer.connect(TestGroup.address(listener));
            }
            Await.until("all are accepted", 10_000, () -> accepted.size() == connections);
            all.add(listener);
            all.addAll(accepted);
        } finally {
            group.close();
        }
        for (Channel channel : all) {
            assertTrue(channel.closeFuture().isDone(), channel::toString);
        }
        assertEquals(connections, inactive.get());
        for (Socket peer : peers) {
            assertEquals(-1, peer.getInputStream().read());
            peer.close();
        }
    }

    @ParameterizedTest
    @EnumSource(value = Setup.class, mode = EnumSource.Mode.EXCLUDE, names = "EPOLL")
    void closesAllChannelsWhereverTheLoopIsWhenItBegins(Setup setup) throws Exception {
        for (int i = 0; i < setup.rounds(50); i++) {
            TestGroup group = setup.newGroup(1);
            AtomicInteger unregistered = new AtomicInteger();
            Channel channel = registered(group, unregistered);
            if (i % 2 == 0) {
                // The state then changes between the loop's turn of I/O and its look at the state.
                group.loop().execute(() -> group.group.shutdownGracefully(0, 10, TimeUnit.SECONDS));
            } else {
                group.group.shutdownGracefully(0, 10, TimeUnit.SECONDS);
            }
            assertTrue(group.group.awaitTermination(10, TimeUnit.SECONDS));
            assertTrue(channel.closeFuture().isDone(), "in round " + i);
            assertEquals(1, unregistered.get(), "in round " + i);
        }
    }

    @ParameterizedTest
    @EnumSource
    void closesAllChannelsOfALoopThatIsNotOurs(Channels channels) throws Exception {
        // Few rounds: Netty logs a stack trace for each.
        for (int i = 0; i < 3; i++) {
            TestGroup group = new TestGroup(Mode.RING, channels,
                    new MultiThreadIoEventLoopGroup(1, IoUringIoHandler.newFactory()));
            Channel channel = registered(group, new AtomicInteger());
            group.loop().execute(() -> group.group.shutdownGracefully(0, 10, TimeUnit.SECONDS));
            assertTrue(group.group.awaitTermination(10, TimeUnit.SECONDS));
            assertTrue(channel.closeFuture().isDone(), "in round " + i);
        }
    }

    private static Channel registered(TestGroup group, AtomicInteger unregistered) throws Exception {
        Channel channel = group.channels.datagram.getConstructor().newInstance();
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelUnregistered(ChannelHandlerContext ctx) {
                unregistered.incrementAndGet();
            }
        });
        group.loop().register(channel).sync();
        return channel;
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void withoutAQuietPeriodTakesNoTime(Setup setup, TestReporter reporter) throws Exception {
        long best = Long.MAX_VALUE;
        long worst = 0;
        for (int i = 0; i < 10; i++) {
            TestGroup group = setup.newGroup(2);
            try (Connection connection = Connection.open(group)) {
                // Asleep, or nearly so.
                Thread.sleep(5);
                long start = System.nanoTime();
                group.group.shutdownGracefully(0, 10, TimeUnit.SECONDS);
                assertTrue(group.group.awaitTermination(10, TimeUnit.SECONDS));
                long millis = (System.nanoTime() - start) / 1_000_000;
                best = Math.min(best, millis);
                worst = Math.max(worst, millis);
            }
        }
        reporter.publishEntry("shutdown, best and worst", best + " and " + worst + " ms");
        // The worst says as much of this machine as of the loop; a wake-up that is lost costs a second at least.
        assertTrue(best < 100, best + " ms");
        assertTrue(worst < 1000, worst + " ms");
    }

    @Test
    void isNotSlowerThanEpolls(TestReporter reporter) throws Exception {
        int warmUp = 5;
        int rounds = Scale.of(100, 40);
        double ofEpoll = Double.MAX_VALUE;
        double ofRing = Double.MAX_VALUE;
        // In turn, and the quickest counts: other work on the machine only adds, and adds more to what takes longer.
        for (int i = -warmUp; i < rounds; i++) {
            double epollMillis = createAndShutDown(Mode.EPOLL);
            double ringMillis = createAndShutDown(Mode.RING);
            if (i >= 0) {
                ofEpoll = Math.min(ofEpoll, epollMillis);
                ofRing = Math.min(ofRing, ringMillis);
            }
        }
        reporter.publishEntry("a group of 8 loops made and shut down",
                String.format("epoll %.2f ms, ring %.2f ms, %.2f times", ofEpoll, ofRing, ofRing / ofEpoll));
        // A ring is one more fd and three mappings for each loop.
        assertTrue(ofRing <= 1.5 * ofEpoll + 5, ofRing + " ms against epoll's " + ofEpoll);
    }

    private static double createAndShutDown(Mode mode) throws Exception {
        long start = System.nanoTime();
        try (TestGroup group = new TestGroup(mode, 8)) {
            for (int k = 0; k < 8; k++) {
                group.loop(k).execute(() -> { });
            }
        }
        return (System.nanoTime() - start) / 1e6;
    }

    @ParameterizedTest
    @EnumSource(value = Mode.class, mode = EnumSource.Mode.EXCLUDE, names = "EPOLL")
    void ofALoopThatNeverRanLeavesNothing(Mode mode) throws Exception {
        new TestGroup(mode, 4).close();
        List<String> filesBefore = Resources.openFiles();
        int mappingsBefore = Resources.ringMappings();
        for (int i = 0; i < 20; i++) {
            EventLoopGroup group = mode.newGroup(4);
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
        assertEquals(Collections.emptyList(), Resources.filesSince(filesBefore));
        assertEquals(mappingsBefore, Resources.ringMappings());
    }
}
