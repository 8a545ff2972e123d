/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A channel that has much to read leaves the loop to the others again and again. */
class FairnessTest {
    private static final int MESSAGE_BYTES = 1024;
    private static final int MESSAGES = 64;
    /** What Netty's stream channels read in a turn, if their user sets nothing else. */
    private static final int MESSAGES_PER_TURN = 16;

    @ParameterizedTest
    @EnumSource
    void channelsThatAllHaveMuchToReadTakeTurns(Setup setup) throws Exception {
        // Filled by the loop, and read when it is done.
        List<Recorder> order = new ArrayList<>();
        Recorder first = new Ordered(order);
        Recorder second = new Ordered(order);
        try (TestGroup group = setup.newGroup(1);
             Connection one = Connection.open(group, first, FairnessTest::readMessagesOnDemand);
             Connection other = Connection.open(group, second, FairnessTest::readMessagesOnDemand)) {
            // Over loopback it is all in the channel's receive buffer when the write returns.
            one.send(MESSAGES * MESSAGE_BYTES);
            other.send(MESSAGES * MESSAGE_BYTES);
            TestGroup.run(group.loop(), () -> {
                one.channel.config().setAutoRead(true);
                other.channel.config().setAutoRead(true);
            });
            Await.until("all is read", 5000,
                    () -> first.byteCount() + second.byteCount() == 2 * MESSAGES * MESSAGE_BYTES);
            TestGroup.run(group.loop(), () -> { });
        }
        assertEquals(2 * MESSAGES, order.size());
        int untilOneIsDone = Math.min(order.lastIndexOf(first), order.lastIndexOf(second));
        int inARow = 0;
        for (int i = 0; i <= untilOneIsDone; i++) {
            inARow = i > 0 && order.get(i) == order.get(i - 1) ? inARow + 1 : 1;
            assertTrue(inARow <= MESSAGES_PER_TURN, inARow + " reads of one channel in a row, up to the " + i + "th");
        }
    }

    private static void readMessagesOnDemand(ServerBootstrap bootstrap) {
        bootstrap.childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.SO_RCVBUF, 2 * MESSAGES * MESSAGE_BYTES)
                .childOption(ChannelOption.RCVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(MESSAGE_BYTES, MESSAGE_BYTES, MESSAGE_BYTES));
    }

    private static final class Ordered extends Recorder {
        private final List<Recorder> order;

        Ordered(List<Recorder> order) {
            this.order = order;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
            order.add(this);
            super.channelRead(ctx, msg);
        }
    }
}
