/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Requests are answered alike, however TCP cuts them up. */
class TenWritesHandlerTest {
    private static final int SIZE = 64;

    private static ByteBuf request(int seed) {
        ByteBuf request = Unpooled.buffer(SIZE, SIZE);
        for (int i = 0; i < SIZE; i++) {
            request.writeByte(seed + i);
        }
        return request;
    }

    private static void assertAnswered(EmbeddedChannel channel, ByteBuf request) {
        for (int i = 0; i < 10; i++) {
            ByteBuf reply = channel.readOutbound();
            assertEquals(request, reply, "reply " + i);
            reply.release();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 63, 64, 65, 128, 192})
    void requestsAreAnsweredTenTimesWhateverPieceTheyComeIn(int piece) {
        EmbeddedChannel channel = new EmbeddedChannel(new TenWritesHandler(false));
        ByteBuf all = Unpooled.wrappedBuffer(request(1), request(2), request(3));
        while (all.isReadable()) {
            channel.writeInbound(all.readRetainedSlice(Math.min(piece, all.readableBytes())));
        }
        for (int seed = 1; seed <= 3; seed++) {
            assertAnswered(channel, request(seed));
        }
        assertEquals(1, all.refCnt());
        channel.finish();
    }

    @Test
    void whatIsThereOfARequestIsReleasedWithTheHandler() {
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.config().setAllocator(allocator);
        channel.pipeline().addLast(new TenWritesHandler(true));
        ByteBuf half = request(1).writerIndex(SIZE / 2);
        channel.writeInbound(half);
        assertEquals(0, half.refCnt());
        assertEquals(SIZE, allocator.metric().usedDirectMemory());
        channel.finish();
        assertEquals(0, allocator.metric().usedDirectMemory());
    }
}
