/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.Unpooled;
import io.pollring.channel.Transport.Family;
import io.pollring.loop.StreamRegistration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Who reads: the loop what fits a buffer of its ring, the channel what is larger. */
class ReadChoiceTest {
    private static final int PIECE = StreamRegistration.PIECE_BYTES;
    /** So many small messages in a row does the channel read before it leaves them to the loop. */
    private static final int SMALL_TURNS = 8;

    @ParameterizedTest
    @EnumSource
    void theChannelReadsLargeMessagesUntilEnoughSmallOnesCame(Family family) throws Exception {
        Recorder child = new Recorder();
        try (TestGroup group = Transport.RING.newGroup(1);
             StreamPair pair = StreamPair.open(Transport.RING, group, family, new Recorder(), child)) {
            // The first read of a channel is its own, where it has not asked for more yet.
            send(pair, child, 1);
            assertEquals(3, receivedOf(pair, child, 3, PIECE));
            // Two buffers are one too many.
            assertEquals(2, receivedOf(pair, child, 1, PIECE + 1));
            assertEquals(0, receivedOf(pair, child, SMALL_TURNS - 1, PIECE));
            assertEquals(0, receivedOf(pair, child, 1, PIECE + 1));
            assertEquals(0, receivedOf(pair, child, SMALL_TURNS, PIECE));
            assertEquals(3, receivedOf(pair, child, 3, PIECE));
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
