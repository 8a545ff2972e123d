/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.pollring.channel.IoUring;
import io.pollring.channel.IoUringBackend;
import io.pollring.channel.IoUringMetrics;

import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The loops of one side of a test. Closing proves that what ran there ran on the ring, if the loops are ours. */
final class Loops implements Side {
    private static final int END_SECONDS = 30;

    private final Transport transport;
    private final EventLoopGroup group;

    Loops(Transport transport, int count) {
        this.transport = transport;
        this.group = transport.newGroup(count);
    }

    Transport transport() {
        return transport;
    }

    @Override
    public EventLoopGroup group() {
        return group;
    }

    /** Netty's loops do not tell how many channels they have. */
    @Override
    public void awaitNoChannel() throws InterruptedException {
        if (transport.isOurs()) {
            Leftovers.awaitNone("channels", this::channels);
        }
    }

    private int channels() {
        int channels = 0;
        for (EventExecutor loop : group) {
            channels += ((SingleThreadEventLoop) loop).registeredChannels();
        }
        return channels;
    }

    @Override
    public void close() {
        try {
            if (transport.isOurs()) {
                assertRanOnRing();
            }
        } finally {
            assertTrue(group.shutdownGracefully(0, END_SECONDS, TimeUnit.SECONDS)
                    .awaitUninterruptibly(END_SECONDS, TimeUnit.SECONDS), "loops have not ended");
        }
    }

    /** No loop without a ring, no channel that went over to epoll, and the rings have brought something. */
    private void assertRanOnRing() {
        long completions = 0;
        for (EventExecutor loop : group) {
            IoUringMetrics metrics = IoUring.metrics((EventLoop) loop);
            assertEquals(IoUringBackend.RING, metrics.backend(), IoUring.featureString());
            assertEquals(0, metrics.reverts(), () -> metrics.revertsByReason().toString());
            completions += metrics.cqes();
        }
        assertTrue(completions > 0, "the rings have completed nothing");
    }
}
