/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Lettuce talks to a redis-server. */
@Timeout(120)
class LettuceTest {
    private static final String TRANSPORTS = "io.pollring.interop.Transport#tried";
    private static final int COMMANDS = 100_000;
    private static final int MESSAGES = 50_000;
    private static final int KEYS = 10_000;
    private static final int WAIT_SECONDS = 60;

    @TempDir
    private Path folder;

    @BeforeEach
    void requireRedis() {
        RedisServer.require();
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    void aPipelineOf100000CommandsIsAnsweredInOrder(Transport transport) throws Exception {
        try (RedisServer server = new RedisServer(folder);
             LettuceClients clients = new LettuceClients(transport);
             RedisClient client = clients.client(server.address());
             StatefulRedisConnection<String, String> connection = client.connect()) {
            RedisAsyncCommands<String, String> commands = connection.async();
            connection.setAutoFlushCommands(false);
            List<RedisFuture<?>> answers = new ArrayList<>();
            List<Object> expected = new ArrayList<>();
            for (int i = 1; i <= COMMANDS / 2; i++) {
                answers.add(commands.incr("counter"));
                expected.add((long) i);
                answers.add(commands.echo("message " + i));
                expected.add("message " + i);
            }
            // By the loop's thread, for nobody waits for a single one.
            List<Object> answered = Collections.synchronizedList(new ArrayList<>());
            CountDownLatch missing = new CountDownLatch(COMMANDS);
            for (RedisFuture<?> answer : answers) {
                answer.whenComplete((result, failure) -> {
                    answered.add(failure == null ? result : failure);
                    missing.countDown();
                });
            }
            connection.flushCommands();
            assertTrue(missing.await(WAIT_SECONDS, TimeUnit.SECONDS), () -> missing.getCount() + " are missing");
            assertEquals(expected, answered);
        }
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    void whatIsPublishedArrivesInOrder(Transport transport) throws Exception {
        try (RedisServer server = new RedisServer(folder);
             LettuceClients clients = new LettuceClients(transport);
             RedisClient client = clients.client(server.address());
             StatefulRedisPubSubConnection<String, String> subscriber = client.connectPubSub();
             StatefulRedisConnection<String, String> publisher = client.connect()) {
            List<String> received = new ArrayList<>();
            CountDownLatch missing = new CountDownLatch(MESSAGES);
            subscriber.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String message) {
                    received.add(message);
                    missing.countDown();
                }
            });
            subscriber.sync().subscribe("news");
            List<String> sent = new ArrayList<>();
            for (int i = 0; i < MESSAGES; i++) {
                sent.add("news " + i);
                publisher.async().publish("news", sent.get(i));
            }
            assertTrue(missing.await(WAIT_SECONDS, TimeUnit.SECONDS), () -> missing.getCount() + " are missing");
            assertEquals(sent, received);
        }
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    void commandsWaitForAServerThatWasKilled(Transport transport) throws Exception {
        try (RedisServer server = new RedisServer(folder);
             LettuceClients clients = new LettuceClients(transport);
             RedisClient client = clients.client(server.address());
             StatefulRedisConnection<String, String> connection = client.connect()) {
            for (int round = 0; round < 3; round++) {
                assertEquals("OK", connection.sync().set("before", "round " + round));
                server.kill();
                RedisFuture<String> before = connection.async().get("before");
                RedisFuture<Long> count = connection.async().incr("rounds");
                assertFalse(before.isDone());
                server.start();
                assertEquals("round " + round, before.get(WAIT_SECONDS, TimeUnit.SECONDS));
                assertEquals(round + 1, count.get(WAIT_SECONDS, TimeUnit.SECONDS));
            }
        }
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    void aClusterOfThreeKeepsItsKeysWhenANodeComesBack(Transport transport) throws Exception {
        Scope.requireWhole();
        try (RedisCluster cluster = new RedisCluster(folder);
             LettuceClients clients = new LettuceClients(transport);
             RedisClusterClient client = clients.clusterClient(cluster.addresses());
             StatefulRedisClusterConnection<String, String> connection = client.connect()) {
            RedisAdvancedClusterAsyncCommands<String, String> commands = connection.async();
            List<RedisFuture<String>> stored = new ArrayList<>();
            for (int i = 0; i < KEYS; i++) {
                stored.add(commands.set("key " + i, "value " + i));
            }
            for (RedisFuture<String> answer : stored) {
                assertEquals("OK", answer.get(WAIT_SECONDS, TimeUnit.SECONDS));
            }
            assertEquals(KEYS, connection.sync().dbsize());
            connection.sync().upstream().asMap().values().forEach(
                    node -> assertTrue(node.dbsize() > KEYS / 10, "a node has no keys"));

            cluster.killAndRestart(1);
            List<RedisFuture<String>> read = new ArrayList<>();
            for (int i = 0; i < KEYS; i++) {
                read.add(commands.get("key " + i));
            }
            for (int i = 0; i < KEYS; i++) {
                assertEquals("value " + i, read.get(i).get(WAIT_SECONDS, TimeUnit.SECONDS));
            }
        }
    }
}
