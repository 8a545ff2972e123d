/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;

import java.util.concurrent.atomic.LongAdder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** How datagrams go to the kernel and come from it; and proof that they did. */
enum Datagrams {
    /** As channels do without being told. */
    PLAIN,
    /** Several in one, both ways: sent as segments of a packet, and received joined. */
    SEGMENTED;

    private static final int MAX_SEGMENTS = 16;
    /** As without an allocator that is set; such a one would read once. */
    private static final int READS_PER_PASS = 16;
    private static final int MAX_JOINED = 65_535;

    SegmentedDatagramPacketAllocator allocator() {
        return this == SEGMENTED ? EpollQuicUtils.newSegmentedAllocator(MAX_SEGMENTS)
                : SegmentedDatagramPacketAllocator.NONE;
    }

    Bootstrap configure(Bootstrap bootstrap) {
        return this == SEGMENTED ? bootstrap.option(EpollChannelOption.UDP_GRO, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR,
                        new FixedRecvByteBufAllocator(MAX_JOINED).maxMessagesPerRead(READS_PER_PASS)) : bootstrap;
    }

    void assertConfigured(Channel channel) {
        assertEquals(this == SEGMENTED, channel.config().getOption(EpollChannelOption.UDP_GRO));
    }

    /** Counts what was in one packet with others. */
    static final class Counter extends ChannelDuplexHandler {
        private final LongAdder segmented;
        private final LongAdder joined;

        private Counter(LongAdder segmented, LongAdder joined) {
            this.segmented = segmented;
            this.joined = joined;
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
            if (msg instanceof SegmentedDatagramPacket) {
                segmented.increment();
            }
            ctx.write(msg, promise);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            // One that came alone has the whole buffer.
            if (((DatagramPacket) msg).content().capacity() < MAX_JOINED) {
                joined.increment();
            }
            ctx.fireChannelRead(msg);
        }
    }

    /** What was counted on all channels of a test. */
    static final class Count {
        private final LongAdder segmented = new LongAdder();
        private final LongAdder joined = new LongAdder();

        Counter newHandler() {
            return new Counter(segmented, joined);
        }

        void assertUsed(Datagrams datagrams) {
            if (datagrams == SEGMENTED) {
                assertTrue(segmented.sum() > 0, "no packet had segments");
                assertTrue(joined.sum() > 0, "no packet was received with others");
            } else {
                assertEquals(0, segmented.sum());
            }
        }
    }
}
