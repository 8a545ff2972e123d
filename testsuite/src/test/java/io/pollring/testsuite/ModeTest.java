/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.pollring.channel.IoUring;
import io.pollring.channel.IoUringBackend;
import io.pollring.channel.IoUringMetrics;
import io.pollring.testsuite.harness.Echo;
import io.pollring.testsuite.harness.Family;
import io.pollring.testsuite.harness.KernelRings;
import io.pollring.testsuite.harness.Mode;
import io.pollring.testsuite.harness.Run;
import io.pollring.testsuite.harness.TestLoops;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

/** What a loop and its channels say of themselves, in each mode, after bytes have passed through them. */
@Timeout(30)
public class ModeTest {

    private static final int BYTES = 1 << 20;
    private static final long TINY_QUEUE = 4;

    @Test
    public void shouldEchoOnTheBackendOfTheMode() throws Exception {
        assumeFalse(TestLoops.isBaseline(), "Netty's own epoll has one backend");
        EventLoopGroup group = TestLoops.newGroup(1, "testsuite-mode");
        try {
            Echo.roundTrip(group, BYTES, ModeTest::assertMode);
        } finally {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    private static void assertMode(Channel server, Channel client) {
        Mode mode = Run.current().mode();
        String prefix = Run.current().family() == Family.OWN ? "IoUring" : "Epoll";
        assertEquals(prefix + "ServerSocketChannel", server.getClass().getSimpleName());
        assertEquals(prefix + "SocketChannel", client.getClass().getSimpleName());
        IoUringBackend loopBackend = mode == Mode.NO_RING ? IoUringBackend.EPOLL : IoUringBackend.RING;
        IoUringBackend channelBackend = mode == Mode.REVERTED ? IoUringBackend.EPOLL : loopBackend;
        assertEquals(loopBackend, IoUring.backend(client.eventLoop()));
        assertEquals(channelBackend, IoUring.backend(client));
        assertEquals(channelBackend, IoUring.backend(server));
        assertEquals(mode != Mode.NO_RING, IoUring.isAvailable());

        IoUringMetrics metrics = IoUring.metrics(client.eventLoop());
        String all = metrics.toString();
        assertEquals(loopBackend, metrics.backend(), all);
        // The listener and both ends of the connection.
        assertEquals(mode == Mode.REVERTED ? Map.of("EINVAL", 3L) : Map.of(), metrics.revertsByReason(), all);
        assertEquals(mode == Mode.REVERTED ? 3 : 0, metrics.reverts(), all);
        boolean usesEpoll = channelBackend == IoUringBackend.EPOLL;
        assertEquals(usesEpoll, metrics.epollWaits() > 0, all);
        assertEquals(usesEpoll, metrics.epollCtls() > 0, all);
        if (mode == Mode.NO_RING) {
            assertEquals(0, metrics.sqes() + metrics.cqes() + metrics.enters(), all);
            assertTrue(KernelRings.completionQueueSizes().isEmpty());
        } else {
            assertTrue(metrics.sqes() > 0 && metrics.cqes() > 0 && metrics.enters() > 0, all);
            assertFalse(KernelRings.completionQueueSizes().isEmpty());
        }
        if (mode == Mode.TINY) {
            KernelRings.completionQueueSizes().forEach(size -> assertEquals(TINY_QUEUE, size));
        }
        if (mode == Mode.PLAIN) {
            assertEquals("[MULTISHOT_POLL, POLL_UPDATE, EXT_ARG, NO_DROP, RESTRICTIONS]", IoUring.featureString());
        }
    }
}
