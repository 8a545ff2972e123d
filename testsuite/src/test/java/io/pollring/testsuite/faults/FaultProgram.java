/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.faults;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.EventExecutor;
import io.pollring.testsuite.differential.Descriptors;
import io.pollring.testsuite.harness.Network;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Connections by the dozen on two loops, in a process with the library of faults: {@code FaultProgram TRANSPORT PROFILE
 * SEED MILLIS FAULT...}. It goes on for so long, and then as often again until each of the faults has come up; of those
 * with a bar in between one is enough. Prints what is wrong, each in a line that begins with {@code wrong: }, and exits
 * with 1; or with 0.
 */
public final class FaultProgram {
    private static final int LOOPS = 2;
    private static final int CONNECTIONS_AT_ONCE = 24;
    /** However slow the machine is. */
    private static final int MIN_WAVES = 4;
    private static final int SECONDS_TO_END = 20;
    /** A fault that has not come up by then never does. */
    private static final int SECONDS_FOR_FAULTS = 40;
    private static final int MAX_PRINTED = 20;
    private static final int WATCHDOG_SECONDS = 90;

    private final FaultTransport transport;
    private final boolean hard;
    private final long seed;
    private final long millis;
    private final List<String> demanded;
    private final FaultLibrary library = FaultLibrary.preloaded();
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final Connections connections;
    private EventLoopGroup group;
    private HealthyPair healthy;
    private int waves;
    private int failedConnects;
    private long longestWaveNanos;

    private FaultProgram(String[] args) {
        transport = FaultTransport.valueOf(args[0]);
        hard = "hard".equals(args[1]);
        seed = Long.parseLong(args[2]);
        millis = Long.parseLong(args[3]);
        demanded = List.of(args).subList(4, args.length);
        connections = new Connections(hard);
    }

    public static void main(String[] args) throws Exception {
        watch();
        FaultProgram program = new FaultProgram(args);
        try {
            program.run();
        } catch (Throwable e) {
            e.printStackTrace(System.out);
            program.connections.fail(e.toString());
        }
        program.connections.failures().stream().limit(MAX_PRINTED).forEach(
                failure -> System.out.println("wrong: " + failure));
        System.out.println("connections=" + program.connections.count() + " failedConnects=" + program.failedConnects
                + " longestWaveMillis=" + TimeUnit.NANOSECONDS.toMillis(program.longestWaveNanos)
                + " healthy: " + program.healthy);
        System.exit(program.connections.failures().isEmpty() ? 0 : 1);
    }

    /** A program that hangs says where. */
    private static void watch() {
        Thread watchdog = new Thread(() -> {
            try {
                TimeUnit.SECONDS.sleep(WATCHDOG_SECONDS);
            } catch (InterruptedException e) {
                return;
            }
            System.out.println("wrong: not over after " + WATCHDOG_SECONDS + " s");
            for (ThreadInfo thread : ManagementFactory.getThreadMXBean().dumpAllThreads(true, true)) {
                System.out.println(thread);
            }
            Runtime.getRuntime().halt(3);
        }, "watchdog");
        watchdog.setDaemon(true);
        watchdog.start();
    }

    /** A loop that a fault took the ring from stays without one: what only a ring can have needs a new group then. */
    private void run() throws Exception {
        long begin = System.nanoTime();
        do {
            group = transport.newGroup(LOOPS);
            serve();
        } while (connections.failures().isEmpty() && !missing().isEmpty()
                && System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(SECONDS_FOR_FAULTS));
    }

    private List<String> missing() {
        return demanded.stream().filter(alternatives -> Stream.of(alternatives.split("\\|"))
                .allMatch(fault -> library.pollring_faults_count(fault) == 0)).collect(Collectors.toList());
    }

    private void serve() throws Exception {
        Channel tcp = listen(false);
        Channel unix = listen(true);
        wave(tcp, unix);
        await(connections::areAllClosed, "the first connections");
        List<String> before = descriptors();

        healthy = new HealthyPair(transport, group, allocator, library);
        library.pollring_faults_pause(0);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        int enough = waves + MIN_WAVES;
        while ((waves < enough || System.nanoTime() - end < 0) && connections.failures().isEmpty()) {
            long start = System.nanoTime();
            wave(tcp, unix);
            if (!await(connections::areAllClosed, "wave " + waves)) {
                connections.left().forEach(connections::fail);
            }
            runTasks();
            longestWaveNanos = Math.max(longestWaveNanos, System.nanoTime() - start);
        }
        library.pollring_faults_pause(1);
        connections.judge();
        String illness = healthy.check();
        if (illness != null) {
            connections.fail("the healthy pair was " + illness);
        }
        healthy.end(library);
        await(() -> allocator.metric().usedDirectMemory() == 0 && allocator.metric().usedHeapMemory() == 0, "buffers");
        if (!await(() -> minus(descriptors(), before).isEmpty(), "descriptors")) {
            connections.fail("descriptors are open that were not: " + minus(descriptors(), before));
        }
        tcp.close().sync();
        unix.close().sync();
        if (!group.shutdownGracefully(0, SECONDS_TO_END, TimeUnit.SECONDS).await(SECONDS_TO_END, TimeUnit.SECONDS)) {
            connections.fail("the group does not shut down");
        }
    }

    /** What is open, without numbers: a loop that replaces its ring has another, or none. */
    private static List<String> descriptors() {
        return Descriptors.open().stream().map(descriptor -> descriptor.replaceAll("[0-9]+", ""))
                .collect(Collectors.toList());
    }

    private static List<String> minus(List<String> from, List<String> what) {
        List<String> left = new ArrayList<>(from);
        what.forEach(left::remove);
        return left;
    }

    /** A loop that lives runs tasks. */
    private void runTasks() throws Exception {
        for (EventExecutor loop : group) {
            if (!loop.submit(() -> { }).await(SECONDS_TO_END, TimeUnit.SECONDS)
                    || !loop.schedule(() -> { }, 1, TimeUnit.MILLISECONDS).await(SECONDS_TO_END, TimeUnit.SECONDS)) {
                connections.fail("the loop " + loop + " runs no tasks");
            }
        }
    }

    private boolean await(BooleanSupplier condition, String what) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_END);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                connections.fail(what + " did not end within " + SECONDS_TO_END + " s; healthy pair: " + healthy
                        + ", buffers: " + allocator.metric());
                return false;
            }
            String illness = healthy == null ? null : healthy.check();
            if (illness != null) {
                connections.fail("the healthy pair was " + illness);
                return false;
            }
            Thread.sleep(1);
        }
        return true;
    }

    private Channel listen(boolean unix) throws Exception {
        SocketAddress address = Network.anyPort();
        if (unix) {
            File file = File.createTempFile("faults", ".sock");
            file.delete();
            file.deleteOnExit();
            address = new DomainSocketAddress(file);
        }
        return new ServerBootstrap().group(group).channel(transport.server(unix))
                .option(ChannelOption.SO_BACKLOG, 4 * CONNECTIONS_AT_ONCE)
                .childOption(ChannelOption.ALLOCATOR, allocator).childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.AUTO_READ, unix)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Side(connections));
                    }
                })
                .bind(address).sync().channel();
    }

    private void wave(Channel tcp, Channel unix) throws Exception {
        int wave = waves++;
        Random random = new Random(seed + wave);
        List<ChannelFuture> connects = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS_AT_ONCE; i++) {
            Connection connection = new Connection(seed, wave * CONNECTIONS_AT_ONCE + i);
            connections.add(connection);
            Side side = new Side(connections, connection);
            connects.add(new Bootstrap().group(group).channel(transport.client(connection.isUnix()))
                    .option(ChannelOption.ALLOCATOR, allocator).option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .option(ChannelOption.AUTO_READ, random.nextBoolean()).handler(side)
                    .connect((connection.isUnix() ? unix : tcp).localAddress()));
        }
        for (ChannelFuture connect : connects) {
            if (!connect.await(SECONDS_TO_END, TimeUnit.SECONDS)) {
                connections.fail("a connect has not ended: " + connect.channel());
            } else if (!connect.isSuccess()) {
                failedConnects++;
                if (!hard) {
                    connections.fail("could not connect: " + connect.cause());
                }
            }
        }
    }
}
