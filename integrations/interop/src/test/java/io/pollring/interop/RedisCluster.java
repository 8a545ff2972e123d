/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Three nodes, none of which has a copy of another's keys. */
final class RedisCluster implements AutoCloseable {
    private static final int NODES = 3;
    private static final int JOIN_SECONDS = 30;

    private final List<RedisServer> nodes = new ArrayList<>();

    RedisCluster(Path folder) throws Exception {
        try {
            for (int i = 0; i < NODES; i++) {
                nodes.add(RedisServer.clusterNode(folder.resolve("node" + i)));
            }
            join(folder.resolve("join.log").toFile());
        } catch (Throwable t) {
            close();
            throw t;
        }
    }

    private void join(File log) throws Exception {
        List<String> command = new ArrayList<>(List.of("redis-cli", "--cluster", "create"));
        nodes.forEach(node -> command.add("127.0.0.1:" + node.port()));
        command.add("--cluster-yes");
        int status = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start().waitFor();
        assertEquals(0, status, () -> command + "; see " + log);
        awaitAgreement();
    }

    void killAndRestart(int index) throws Exception {
        RedisServer node = nodes.get(index);
        node.kill();
        node.start();
        awaitAgreement();
    }

    /** Until each node has found the others it refuses to answer, even for its own keys. */
    private void awaitAgreement() throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(JOIN_SECONDS);
        for (RedisServer node : nodes) {
            while (!node.ask("CLUSTER INFO").contains("cluster_state:ok")) {
                assertTrue(System.nanoTime() < end, () -> node.address() + " has not found the others");
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    List<String> addresses() {
        return nodes.stream().map(RedisServer::address).collect(Collectors.toList());
    }

    @Override
    public void close() throws InterruptedException {
        for (RedisServer node : nodes) {
            node.close();
        }
    }
}
