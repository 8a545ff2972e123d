/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.pollring.channel.IoUring;
import io.pollring.channel.IoUringBackend;
import io.pollring.vertx.PollringTransport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.transport.Transport;
import io.vertx.spi.cluster.hazelcast.ConfigUtil;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;

/**
 * A process of a Vert.x cluster. Sends requests to whoever of the cluster is next, itself as well, and checks each request
 * and each answer by its checksum. What it is told on standard input: {@code count} has it print, and forget, its counts;
 * the end ends it.
 *
 * <p>Arguments: the transport, the port of Hazelcast's, and those of all.
 */
public final class ClusterNode {
    static final String READY = "READY";
    private static final String ADDRESS = "work";
    private static final String LOOPBACK = "127.0.0.1";
    private static final int REQUESTS_AT_A_TIME = 16;
    private static final int MAX_BYTES = 64 << 10;
    private static final int ANSWER_MILLIS = 5_000;
    private static final int PAUSE_MILLIS = 100;
    private static final int START_SECONDS = 60;

    private final AtomicInteger served = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger wrong = new AtomicInteger();
    private final HazelcastClusterManager cluster;
    private final Vertx vertx;

    private ClusterNode(String transport, int port, List<String> ports) throws Exception {
        cluster = new HazelcastClusterManager(hazelcast(port, ports));
        vertx = await(Vertx.builder()
                .with(new VertxOptions().setEventBusOptions(new EventBusOptions().setHost(LOOPBACK)))
                .withTransport(transport(transport)).withClusterManager(cluster).buildClustered());
    }

    private static Transport transport(String name) {
        switch (io.pollring.interop.Transport.valueOf(name)) {
            case OWN:
                return PollringTransport.own();
            case HOSTED:
                return PollringTransport.netty();
            default:
                return Transport.EPOLL;
        }
    }

    private static Config hazelcast(int port, List<String> ports) {
        Config config = ConfigUtil.loadConfig();
        config.setProperty("hazelcast.phone.home.enabled", "false").setProperty("hazelcast.logging.type", "none");
        NetworkConfig network = config.getNetworkConfig().setPort(port).setPortAutoIncrement(false);
        network.getInterfaces().setEnabled(true).addInterface(LOOPBACK);
        JoinConfig join = network.getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true);
        ports.forEach(other -> join.getTcpIpConfig().addMember(LOOPBACK + ':' + other));
        return config;
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(START_SECONDS, TimeUnit.SECONDS);
    }

    public static void main(String[] args) throws Exception {
        List<String> ports = Arrays.asList(args).subList(2, args.length);
        new ClusterNode(args[0], Integer.parseInt(args[1]), ports).run(args[0].equals("EPOLL"));
        System.exit(0);
    }

    private void run(boolean isEpoll) throws Exception {
        await(vertx.eventBus().<Buffer>consumer(ADDRESS, this::serve).completion());
        System.out.println(READY);
        for (int i = 0; i < REQUESTS_AT_A_TIME; i++) {
            request();
        }
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (in.readLine() != null) {
            System.out.println(new ClusterCounts(cluster.getNodes().size(), served.getAndSet(0), answered.getAndSet(0),
                    failed.getAndSet(0), wrong.getAndSet(0)));
        }
        if (!isEpoll) {
            VertxInternal internals = (VertxInternal) vertx;
            checkRings(internals.nettyEventLoopGroup());
            checkRings(internals.acceptorEventLoopGroup());
        }
    }

    private static void checkRings(EventLoopGroup group) {
        for (EventExecutor loop : group) {
            if (IoUring.backend((EventLoop) loop) != IoUringBackend.RING) {
                throw new IllegalStateException(loop + " has no ring", IoUring.unavailabilityCause((EventLoop) loop));
            }
        }
    }

    private void request() {
        byte[] bytes = new byte[ThreadLocalRandom.current().nextInt(MAX_BYTES)];
        ThreadLocalRandom.current().nextBytes(bytes);
        vertx.eventBus().<Buffer>request(ADDRESS, checked(bytes), new DeliveryOptions().setSendTimeout(ANSWER_MILLIS))
                .onComplete(answer -> answered(bytes, answer.body().getBytes()), failure -> failed());
    }

    private void answered(byte[] sent, byte[] answer) {
        if (!Arrays.equals(answer, checked(inverted(sent)).getBytes())) {
            wrong.incrementAndGet();
        }
        answered.incrementAndGet();
        request();
    }

    /** The node that should have answered is gone, say. */
    private void failed() {
        failed.incrementAndGet();
        vertx.setTimer(PAUSE_MILLIS, id -> request());
    }

    private void serve(Message<Buffer> request) {
        byte[] bytes = request.body().getBytes();
        if (!isSound(bytes)) {
            wrong.incrementAndGet();
        }
        served.incrementAndGet();
        request.reply(checked(inverted(Arrays.copyOfRange(bytes, Long.BYTES, bytes.length))));
    }

    private static byte[] inverted(byte[] bytes) {
        byte[] inverted = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            inverted[i] = (byte) ~bytes[i];
        }
        return inverted;
    }

    /** With its checksum before it. */
    private static Buffer checked(byte[] bytes) {
        CRC32 checksum = new CRC32();
        checksum.update(bytes);
        return Buffer.buffer().appendLong(checksum.getValue()).appendBytes(bytes);
    }

    private static boolean isSound(byte[] checked) {
        return checked.length >= Long.BYTES && Arrays.equals(checked,
                checked(Arrays.copyOfRange(checked, Long.BYTES, checked.length)).getBytes());
    }
}
