/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Three processes of Vert.x on Hazelcast, whose event bus is on loops of one kind. */
@Timeout(300)
class VertxClusterTest {
    private static final int NODES = 3;
    private static final int SECONDS = 5;
    /** Until a cluster has found together, or again: Hazelcast's own business. */
    private static final int SETTLE_SECONDS = 120;

    private final List<Integer> ports = new ArrayList<>();
    private final List<ClusterProcess> nodes = new ArrayList<>();

    @AfterEach
    void endAll() throws Exception {
        for (ClusterProcess node : nodes) {
            node.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aNodeThatIsKilledAndStartedAgainTakesPartAgain(Transport transport) throws Exception {
        Scope.requireWhole();
        for (int i = 0; i < NODES; i++) {
            ports.add(Ports.free());
        }
        for (int port : ports) {
            nodes.add(start(transport, port));
        }
        awaitCalm();
        assertSound();

        nodes.get(2).kill();
        TimeUnit.SECONDS.sleep(SECONDS);
        for (ClusterProcess survivor : nodes.subList(0, 2)) {
            ClusterCounts counts = survivor.counts();
            assertTrue(counts.answered > 0 && counts.wrong == 0, counts.toString());
        }

        nodes.set(2, start(transport, ports.get(2)));
        awaitCalm();
        assertSound();
        for (ClusterProcess node : nodes) {
            assertEquals(0, node.end());
        }
    }

    private ClusterProcess start(Transport transport, int port) throws Exception {
        ClusterProcess node = new ClusterProcess(transport, port, ports);
        boolean success = false;
        try {
            node.awaitReady();
            success = true;
            return node;
        } finally {
            if (!success) {
                node.close();
            }
        }
    }

    /** Until all know of all, and no request fails for a while. */
    private void awaitCalm() throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLE_SECONDS);
        boolean calm = false;
        while (!calm) {
            assertTrue(System.nanoTime() < end, "requests fail, or nodes do not know each other");
            TimeUnit.SECONDS.sleep(SECONDS);
            calm = true;
            for (ClusterProcess node : nodes) {
                ClusterCounts counts = node.counts();
                assertEquals(0, counts.wrong, counts.toString());
                calm &= counts.nodes == NODES && counts.failed == 0 && counts.served > 0;
            }
        }
    }

    private void assertSound() throws Exception {
        TimeUnit.SECONDS.sleep(SECONDS);
        for (ClusterProcess node : nodes) {
            ClusterCounts counts = node.counts();
            System.out.println(counts);
            assertTrue(counts.nodes == NODES && counts.served > 0 && counts.answered > 0 && counts.failed == 0
                    && counts.wrong == 0, counts.toString());
        }
    }
}
