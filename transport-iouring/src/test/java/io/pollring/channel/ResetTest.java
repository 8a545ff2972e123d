/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Peers that reset a connection as soon as they have sent something, while the loop begins to watch it, or to receive
 * for it. Of some of them the kernel (6.18) tells a multishot receive of the data, and never of the reset behind it.
 */
@Timeout(60)
class ResetTest {
    private static final int CONNECTIONS = Scale.of(10_000);

    @ParameterizedTest
    @EnumSource(names = { "HOSTED_RING", "OWN_RING", "OWN_DIRECT", "OWN_REVERTED", "OWN_NO_FEATURES", "EPOLL" })
    void everyResetIsHeardOf(Setup setup) throws Exception {
        Counter counter = new Counter();
        try (TestGroup group = setup.newGroup(1)) {
            Channel listener = group.listen(counter, bootstrap -> { });
            for (int i = 0; i < CONNECTIONS; i++) {
                try (Socket peer = new Socket()) {
                    peer.setSoLinger(true, 0);
                    peer.connect(TestGroup.address(listener));
                    while (counter.accepted.get() <= i && !Thread.currentThread().isInterrupted()) {
                        Thread.onSpinWait();
                    }
                    // The loop brings its interest to the kernel now, some microseconds later.
                    long end = System.nanoTime() + i % 60 * 1000;
                    while (System.nanoTime() < end) {
                        Thread.onSpinWait();
                    }
                    peer.getOutputStream().write(new byte[100]);
                }
            }
            Await.until("all channels are closed", 5000, () -> counter.closed.get() == CONNECTIONS);
        }
    }

    @Sharable
    private static final class Counter extends ChannelInboundHandlerAdapter {
        final AtomicInteger accepted = new AtomicInteger();
        final AtomicInteger closed = new AtomicInteger();

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            accepted.incrementAndGet();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            closed.incrementAndGet();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ReferenceCountUtil.release(msg);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // Of the reset, which closes the channel.
        }
    }
}
