/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.EventExecutor;
import io.pollring.channel.IoUring;
import io.pollring.channel.IoUringBackend;
import io.pollring.channel.IoUringEventLoopGroup;
import io.pollring.channel.IoUringIoHandler;
import io.pollring.channel.IoUringMetrics;
import io.pollring.channel.IoUringServerSocketChannel;
import io.pollring.channel.IoUringSocketChannel;
import io.pollring.channel.Reverting;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

@Timeout(30)
class PollringMetricsTest {
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final List<EventLoopGroup> groups = new ArrayList<>();

    @AfterEach
    void end() throws Exception {
        for (EventLoopGroup group : groups) {
            shutDown(group);
        }
    }

    @Test
    void everyNumberOfALoopHasAMeterThatTellsIt() throws Exception {
        EventLoop loop = bound(group(1)).next();
        exchange(loop, loop).close().sync();
        loop.submit(() -> { }).get();
        IoUringMetrics metrics = IoUring.metrics(loop);
        shutDown(loop.parent());

        int numbers = 0;
        for (Method method : IoUringMetrics.class.getMethods()) {
            if (method.getReturnType() == long.class && method.getDeclaringClass() == IoUringMetrics.class) {
                numbers++;
                FunctionCounter meter = registry.find("pollring.loop." + dotted(method.getName())).functionCounter();
                assertNotNull(meter, method.getName());
                assertEquals((long) method.invoke(metrics), meter.count(), method.getName());
                assertNotNull(meter.getId().getDescription(), method.getName());
                assertNotNull(meter.getId().getBaseUnit(), method.getName());
            }
        }
        assertEquals(LoopCounter.values().length, numbers);
    }

    private static String dotted(String name) {
        return name.replaceAll("([A-Z])", ".$1").toLowerCase(Locale.ROOT);
    }

    @Test
    void trafficIsCountedForTheLoopThatHasServedIt() throws Exception {
        EventLoopGroup group = bound(group(3));
        List<EventExecutor> loops = new ArrayList<>();
        group.forEach(loops::add);

        exchange((EventLoop) loops.get(0), (EventLoop) loops.get(2));

        assertTrue(turns("0") > 0);
        assertEquals(0, turns("1"));
        assertTrue(turns("2") > 0);
        assertEquals(1, gauge("pollring.loop.channels", "2"));
        assertEquals(0, gauge("pollring.loop.channels", "1"));
    }

    /** Whatever the machine lets the loop wait on. */
    private double turns(String loop) {
        return counter("pollring.loop.enters", loop) + counter("pollring.loop.epoll.waits", loop);
    }

    @Test
    void aLoopSaysWhatItWaitsOn() {
        EventLoop loop = bound(group(1)).next();

        String backend = IoUring.backend(loop).name().toLowerCase(Locale.ROOT);
        assertNotNull(registry.find("pollring.loop.enters").tag("backend", backend).functionCounter());
        assertEquals(backend.equals("ring") ? 1 : 0, gauge("pollring.loop.on.ring", "0"));
    }

    @Test
    void tasksThatWaitAreSeen() throws Exception {
        EventLoop loop = bound(group(1)).next();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        loop.execute(() -> {
            entered.countDown();
            awaitQuietly(leave);
        });
        entered.await();
        loop.execute(() -> { });
        loop.execute(() -> { });

        assertEquals(2, gauge("pollring.loop.pending.tasks", "0"));

        leave.countDown();
        loop.submit(() -> { }).get();
        assertEquals(0, gauge("pollring.loop.pending.tasks", "0"));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aReasonOfRevertsGetsAMeterWhenItAppears() throws Exception {
        EventLoop loop = bound(group(1)).next();
        assumeTrue(IoUring.backend(loop) == IoUringBackend.RING, "without a ring nothing reverts");
        Channel first = exchange(loop, loop);
        Channel second = exchange(loop, loop);
        assertEquals(0, counter("pollring.loop.reverts", "0"));
        assertEquals(List.of(), reasons());

        Reverting.revert(first, "EPERM");
        assertEquals(1, counter("pollring.loop.reverts", "0"));
        assertEquals(List.of("EPERM"), reasons());

        Reverting.revert(second, "ENOMEM");
        assertEquals(2, counter("pollring.loop.reverts", "0"));
        assertEquals(List.of("ENOMEM", "EPERM"), reasons());
        assertEquals(1, registry.get("pollring.loop.reverts.by.reason").tag("reason", "EPERM").functionCounter()
                .count());
    }

    private List<String> reasons() {
        List<String> reasons = new ArrayList<>();
        registry.find("pollring.loop.reverts.by.reason").functionCounters()
                .forEach(meter -> reasons.add(meter.getId().getTag("reason")));
        Collections.sort(reasons);
        return reasons;
    }

    @Test
    void loopsOfOthersAreLeftOut() {
        EventLoopGroup nio = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        groups.add(nio);

        new PollringMetrics(nio).bindTo(registry);

        assertEquals(List.of(), registry.getMeters());
    }

    @Test
    void aLoopThatHasTerminatedIsLeftOutAndKeepsItsNumbersIfItWasBound() throws Exception {
        EventLoopGroup group = bound(group(1));
        exchange(group.next(), group.next()).close().sync();
        shutDown(group);

        assertTrue(turns("0") > 0);
        MeterRegistry late = new SimpleMeterRegistry();
        new PollringMetrics(group).bindTo(late);
        assertEquals(List.of(), late.getMeters());
    }

    @Test
    void groupsAreToldApartByTheirTags() {
        EventLoopGroup acceptors = group(1);
        EventLoopGroup workers = new MultiThreadIoEventLoopGroup(2, IoUringIoHandler.newFactory());
        groups.add(workers);

        new PollringMetrics(acceptors, Tags.of("group", "acceptors")).bindTo(registry);
        new PollringMetrics(workers, Tags.of("group", "workers")).bindTo(registry);

        assertEquals(1, registry.get("pollring.loop.enters").tag("group", "acceptors").functionCounters().size());
        assertEquals(2, registry.get("pollring.loop.enters").tag("group", "workers").functionCounters().size());
    }

    private EventLoopGroup group(int loops) {
        EventLoopGroup group = new IoUringEventLoopGroup(loops);
        groups.add(group);
        return group;
    }

    private EventLoopGroup bound(EventLoopGroup group) {
        new PollringMetrics(group).bindTo(registry);
        return group;
    }

    private double counter(String name, String loop) {
        return registry.get(name).tag("loop", loop).functionCounter().count();
    }

    private double gauge(String name, String loop) {
        return registry.get(name).tag("loop", loop).gauge().value();
    }

    /** A client's channel on {@code clients} that has sent something, and got it back. */
    private static Channel exchange(EventLoop servers, EventLoop clients) throws Exception {
        Channel server = new ServerBootstrap().group(servers).channel(IoUringServerSocketChannel.class)
                .childHandler(new Echo()).bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).sync()
                .channel();
        CompletableFuture<Void> answered = new CompletableFuture<>();
        Channel client = new Bootstrap().group(clients).channel(IoUringSocketChannel.class)
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        ReferenceCountUtil.release(message);
                        answered.complete(null);
                    }
                }).connect(server.localAddress()).sync().channel();
        client.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {1})).sync();
        answered.get(10, TimeUnit.SECONDS);
        server.close().sync();
        return client;
    }

    private static void shutDown(EventLoopGroup group) throws Exception {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).get();
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.writeAndFlush(message);
        }

        @Override
        public boolean isSharable() {
            return true;
        }
    }
}
