/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Random;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Two ends that send to each other in all sizes, read on demand or not, revert, and move to another loop, as a seed has
 * it, from buffers that are overwritten when they are released: every byte arrives once, in its order, or all that came
 * before one of them has ended the connection. {@code -Dpollring.schedule.seed=N} runs one of them again.
 */
class StreamScheduleTest {
    private static final Long ONE_SEED = Long.getLong("pollring.schedule.seed");
    private static final int SCHEDULES = Scale.of(20);

    @ParameterizedTest
    @EnumSource
    void everyByteArrivesOnceAndInOrder(Transport transport) throws Exception {
        Random seeds = new Random();
        try (TestGroup group = transport.newGroup(2)) {
            for (int i = 0; i < (ONE_SEED == null ? SCHEDULES : 1); i++) {
                long seed = ONE_SEED == null ? seeds.nextLong() : ONE_SEED;
                try {
                    run(transport, group, new Random(seed));
                } catch (Exception | AssertionError e) {
                    throw new AssertionError("schedule " + i + ", -Dpollring.schedule.seed=" + seed, e);
                }
            }
        }
    }

    private static void run(Transport transport, TestGroup group, Random random) throws Exception {
        Family family = random.nextInt(4) == 0 ? Family.UNIX : Family.TCP;
        ScheduledPeer.End[] ends = ScheduledPeer.End.values();
        ScheduledPeer.End end = random.nextBoolean() ? ends[random.nextInt(ends.length)] : null;
        boolean clientEnds = random.nextBoolean();
        ScheduledPeer client = new ScheduledPeer(transport, group, random.nextLong(), clientEnds ? end : null);
        ScheduledPeer child = new ScheduledPeer(transport, group, random.nextLong(), clientEnds ? null : end);
        ScheduledPeer.introduce(client, child);
        boolean autoRead = random.nextBoolean();
        int allocation = random.nextInt(4);
        int sendBuffer = random.nextInt(3) == 0 ? 8192 : 0;
        try (StreamPair pair = StreamPair.open(transport, group, family, client, child,
                bootstrap -> {
                    bootstrap.option(ChannelOption.AUTO_READ, autoRead);
                    if (allocation > 0) {
                        bootstrap.option(ChannelOption.RCVBUF_ALLOCATOR, allocator(allocation));
                    }
                    if (sendBuffer > 0) {
                        bootstrap.option(ChannelOption.SO_SNDBUF, sendBuffer);
                    }
                },
                server -> {
                    server.childOption(ChannelOption.AUTO_READ, autoRead);
                    if (allocation > 0) {
                        server.childOption(ChannelOption.RCVBUF_ALLOCATOR, allocator(4 - allocation));
                    }
                })) {
            client.begin(pair.client);
            child.begin(pair.child);
            for (ScheduledPeer peer : new ScheduledPeer[] {client, child}) {
                assertTrue(peer.done.await(20, TimeUnit.SECONDS), () -> client + ", " + child);
                assertNull(peer.failure.get());
            }
        }
        client.checkSent(child);
        child.checkSent(client);
    }

    private static MaxMessagesRecvByteBufAllocator allocator(int kind) {
        int[] sizes = {2048, 64, 1000, 5000};
        return new FixedRecvByteBufAllocator(sizes[kind % sizes.length]).maxMessagesPerRead(kind % 2 == 0 ? 1 : 16);
    }
}
