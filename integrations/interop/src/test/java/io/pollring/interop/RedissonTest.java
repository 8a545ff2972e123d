/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.redisson.Redisson;
import org.redisson.api.RBatch;
import org.redisson.api.RFuture;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;
import org.redisson.config.TransportMode;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Redisson talks to a redis-server. It names the channels' class by itself, so that it cannot have ours. */
@Timeout(120)
class RedissonTest {
    private static final int LOOPS = 2;
    private static final int COMMANDS = 100_000;
    private static final int MESSAGES = 20_000;
    private static final int KEYS = 10_000;
    private static final int WAIT_SECONDS = 60;

    @TempDir
    private Path folder;

    @BeforeEach
    void requireRedis() {
        Scope.requireWhole();
        RedisServer.require();
    }

    private static Config config(Loops loops) {
        Config config = new Config();
        config.setEventLoopGroup(loops.group()).setTransportMode(TransportMode.EPOLL).setCodec(StringCodec.INSTANCE);
        return config;
    }

    /** What is not answered in time is sent again, and would be done twice. */
    private static RedissonClient client(Loops loops, RedisServer server) {
        return client(loops, server, WAIT_SECONDS * 1_000);
    }

    private static RedissonClient client(Loops loops, RedisServer server, int timeoutMillis) {
        Config config = config(loops);
        config.useSingleServer().setAddress(server.address()).setRetryAttempts(20).setTimeout(timeoutMillis);
        return Redisson.create(config);
    }

    @ParameterizedTest
    @EnumSource(names = {"HOSTED", "EPOLL"})
    void aBatchOf100000CommandsIsAnsweredInOrder(Transport transport) throws Exception {
        try (RedisServer server = new RedisServer(folder); Loops loops = new Loops(transport, LOOPS)) {
            RedissonClient client = client(loops, server);
            try {
                RBatch batch = client.createBatch();
                List<Object> expected = new ArrayList<>();
                for (int i = 1; i <= COMMANDS; i++) {
                    batch.getAtomicLong("counter").incrementAndGetAsync();
                    expected.add((long) i);
                }
                assertEquals(expected, batch.execute().getResponses());
            } finally {
                client.shutdown();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HOSTED", "EPOLL"})
    void whatIsPublishedArrivesInOrder(Transport transport) throws Exception {
        try (RedisServer server = new RedisServer(folder); Loops loops = new Loops(transport, LOOPS)) {
            RedissonClient client = client(loops, server);
            try {
                List<String> received = new ArrayList<>();
                CountDownLatch missing = new CountDownLatch(MESSAGES);
                client.getTopic("news").addListener(String.class, (channel, message) -> {
                    received.add(message);
                    missing.countDown();
                });
                List<String> sent = new ArrayList<>();
                RBatch batch = client.createBatch();
                for (int i = 0; i < MESSAGES; i++) {
                    sent.add("news " + i);
                    batch.getTopic("news").publishAsync(sent.get(i));
                }
                batch.execute();
                assertTrue(missing.await(WAIT_SECONDS, TimeUnit.SECONDS), () -> missing.getCount() + " are missing");
                assertEquals(sent, received);
            } finally {
                client.shutdown();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HOSTED", "EPOLL"})
    void commandsWaitForAServerThatWasKilled(Transport transport) throws Exception {
        try (RedisServer server = new RedisServer(folder); Loops loops = new Loops(transport, LOOPS)) {
            // On Netty's epoll, too, a command may be lost with its connection, and is only sent again after this time.
            RedissonClient client = client(loops, server, 1_000);
            try {
                for (int round = 0; round < 2; round++) {
                    client.getBucket("before").set("round " + round);
                    server.kill();
                    RFuture<Object> before = client.getBucket("before").getAsync();
                    server.start();
                    assertEquals("round " + round, before.toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS));
                }
            } finally {
                client.shutdown();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HOSTED", "EPOLL"})
    void aClusterOfThreeKeepsItsKeysWhenANodeComesBack(Transport transport) throws Exception {
        try (RedisCluster cluster = new RedisCluster(folder); Loops loops = new Loops(transport, LOOPS)) {
            Config config = config(loops);
            config.useClusterServers().setRetryAttempts(20)
                    .addNodeAddress(cluster.addresses().toArray(String[]::new));
            RedissonClient client = Redisson.create(config);
            try {
                RBatch stores = client.createBatch();
                for (int i = 0; i < KEYS; i++) {
                    stores.getBucket("key " + i).setAsync("value " + i);
                }
                stores.execute();
                assertEquals(KEYS, client.getKeys().count());
                cluster.killAndRestart(1);
                assertEquals(expectedValues(), readValues(client));
            } finally {
                client.shutdown();
            }
        }
    }

    private static List<Object> expectedValues() {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            values.add("value " + i);
        }
        return values;
    }

    private static List<?> readValues(RedissonClient client) {
        RBatch reads = client.createBatch();
        for (int i = 0; i < KEYS; i++) {
            reads.getBucket("key " + i).getAsync();
        }
        return reads.execute().getResponses();
    }
}
