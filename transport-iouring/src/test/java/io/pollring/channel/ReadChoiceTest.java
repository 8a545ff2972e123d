/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.pollring.channel.Transport.Family;
import io.pollring.loop.StreamRegistration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Who reads: the loop what fits a buffer of its ring, the channel what is larger. */
class ReadChoiceTest {
    private static final int PIECE = StreamRegistration.PIECE_BYTES;
    /** So many small messages in a row does the channel read before it leaves them to the loop. */
    private static final int SMALL_TURNS = 8;

    @BeforeEach
    void theLoopReceives() {
        assumeTrue(Mode.RING.isBatched(), "this kernel has no batched I/O, so all channels read by themselves");
    }

    @ParameterizedTest
    @EnumSource
    void theChannelReadsLargeMessagesUntilEnoughSmallOnesCame(Family family) throws Exception {
        Recorder child = new Recorder();
        try (TestGroup group = Transport.RING.newGroup(1);
             StreamPair pair = StreamPair.open(Transport.RING, group, family, new Recorder(), child)) {
            // The first read of a channel is its own, where it has not asked for more yet.
            send(pair, child, 1);
            assertEquals(3, receivedOf(pair, child, 3, PIECE));
            // Two buffers are one too many, and the receive may be over after the first.
            long buffers = receivedOf(pair, child, 1, PIECE + 1);
            assertTrue(buffers == 2 || buffers == 1 && family == Family.TCP, buffers + " buffers");
            assertEquals(0, receivedOf(pair, child, SMALL_TURNS - 1, PIECE));
            assertEquals(0, receivedOf(pair, child, 1, PIECE + 1));
            assertEquals(0, receivedOf(pair, child, SMALL_TURNS, PIECE));
            assertEquals(3, receivedOf(pair, child, 3, PIECE));
        }
    }

    @ParameterizedTest
    @CsvSource({"TCP, 1", "TCP, 100", "TCP, 2048", "UNIX, 1", "UNIX, 100", "UNIX, 2048"})
    void whatWasReceivedGetsABufferOfItsSizeFromAnAdaptiveAllocator(Family family, int bytes) throws Exception {
        assertEquals(Set.of(bytes), capacities(family, new AdaptiveRecvByteBufAllocator(), bytes));
    }

    /** The allocator learns as it would without our knowing the size: its guess comes down after the second time only. */
    @ParameterizedTest
    @EnumSource
    void aSmallMessageDoesNotHaveTheNextOneCutInTwo(Family family) throws Exception {
        Recorder child = new Recorder();
        try (TestGroup group = Transport.RING.newGroup(1);
             StreamPair pair = StreamPair.open(Transport.RING, group, family, new Recorder(), child)) {
            send(pair, child, 1024);
            send(pair, child, 2048);
            assertEquals(2, child.reads.get());
        }
    }

    @ParameterizedTest
    @EnumSource
    void otherAllocatorsHaveTheBuffersThatTheyChoose(Family family) throws Exception {
        assertEquals(Set.of(512), capacities(family, new FixedRecvByteBufAllocator(512), 100));
        assertEquals(Set.of(64), capacities(family, new FixedRecvByteBufAllocator(64), 100));
    }

    /** The capacities of the buffers that messages of {@code bytes} come in, which the loop receives. */
    private static Set<Integer> capacities(Family family, RecvByteBufAllocator allocator, int bytes) throws Exception {
        Set<Integer> capacities = ConcurrentHashMap.newKeySet();
        Recorder child = new Recorder() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
                capacities.add(((ByteBuf) msg).capacity());
                super.channelRead(ctx, msg);
            }
        };
        try (TestGroup group = Transport.RING.newGroup(1);
             StreamPair pair = StreamPair.open(Transport.RING, group, family, new Recorder(), child, bootstrap -> { },
                     server -> server.childOption(ChannelOption.RCVBUF_ALLOCATOR, allocator))) {
            send(pair, child, bytes);
            capacities.clear();
            for (int i = 0; i < 20; i++) {
                send(pair, child, bytes);
            }
            return capacities;
        }
    }

    /** How many buffers the loop has filled for {@code count} messages of {@code bytes}, each sent when the last is read. */
    private static long receivedOf(StreamPair pair, Recorder child, int count, int bytes) throws Exception {
        IoUringMetrics metrics = IoUring.metrics(pair.child.eventLoop());
        long before = metrics.receives();
        for (int i = 0; i < count; i++) {
            send(pair, child, bytes);
        }
        return metrics.receives() - before;
    }

    private static void send(StreamPair pair, Recorder child, int bytes) throws Exception {
        int completes = child.readCompletes.get();
        int expected = child.byteCount() + bytes;
        pair.client.writeAndFlush(Unpooled.wrappedBuffer(new byte[bytes])).sync();
        Await.until("the message is read", 5000,
                () -> child.byteCount() == expected && child.readCompletes.get() > completes);
        // The channel has learnt from the turn when that is over.
        TestGroup.run(pair.child.eventLoop(), () -> assertEquals(expected, child.byteCount()));
    }
}
