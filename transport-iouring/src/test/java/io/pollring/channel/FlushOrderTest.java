/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Flushes that meet others which the loop has not carried out yet, and reads that meet want of memory. */
class FlushOrderTest {

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void aListenerMayFlushWhileItsChannelLeavesTheLoop(Transport transport, Family family) throws Exception {
        Recorder child = new Recorder();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, family, new Recorder(), child)) {
            Channel client = pair.client;
            List<ChannelFuture> steps = new ArrayList<>();
            InRead.run(transport, client.eventLoop(), () -> {
                client.write(letter('a')).addListener(done -> client.writeAndFlush(letter('d')));
                client.write(letter('b'));
                client.writeAndFlush(letter('c'));
                steps.add(client.deregister());
            });
            steps.get(0).sync();
            group.loop().register(client).sync();
            client.writeAndFlush(letter('e')).sync();
            Await.until("all has arrived", 5000, () -> child.byteCount() >= 5);
            assertEquals("abcde", new String(child.bytes()));
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void aFlushThatMakesRoomDoesNotWaitForASmallOneBeforeIt(Transport transport, Family family) throws Exception {
        Recorder child = new Recorder();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, family, new Recorder(), child)) {
            Channel client = pair.client;
            client.config().setWriteBufferWaterMark(new WriteBufferWaterMark(4096, 16_384));
            InRead.run(transport, client.eventLoop(), () -> {
                client.writeAndFlush(letter('a'));
                client.write(Unpooled.directBuffer().writeZero(20_000));
                assertFalse(client.isWritable());
                client.flush();
                assertTrue(client.isWritable());
            });
            Await.until("all has arrived", 5000, () -> child.byteCount() == 20_001);
            assertEquals('a', child.bytes()[0]);
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void whatIsFlushedTakesNoRoomUpToTheWaterMark(Transport transport, Family family) throws Exception {
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, family, new Recorder(), new Recorder())) {
            Channel client = pair.client;
            InRead.run(transport, client.eventLoop(), () -> {
                long room = client.bytesBeforeUnwritable();
                client.writeAndFlush(letter('a'));
                assertEquals(room, client.bytesBeforeUnwritable());
                client.write(letter('b'));
                long taken = room - client.bytesBeforeUnwritable();
                assertTrue(taken > 0 && taken < 1000, "one letter takes " + taken);
                client.flush();
                assertEquals(room, client.bytesBeforeUnwritable());
            });
            InRead.run(transport, client.eventLoop(), () ->
                    assertEquals(client.config().getWriteBufferHighWaterMark() + 1, client.bytesBeforeUnwritable()));
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void whatWasSentTakesNoRoomWhenItsPromiseIsDone(Transport transport, Family family) throws Exception {
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, family, new Recorder(), new Recorder())) {
            Channel client = pair.client;
            List<Long> rooms = new CopyOnWriteArrayList<>();
            InRead.run(transport, client.eventLoop(), () -> {
                for (int i = 0; i < 3; i++) {
                    client.writeAndFlush(letter('a')).addListener(done -> rooms.add(client.bytesBeforeUnwritable()));
                }
            });
            Await.until("all promises are done", 5000, () -> rooms.size() == 3);
            long room = client.config().getWriteBufferHighWaterMark() + 1;
            assertEquals(List.of(room, room, room), rooms);
        }
    }

    /** Wherever its bytes have waited. */
    @ParameterizedTest
    @EnumSource
    void wantOfMemoryForAReadOnDemandBreaksOneChannelOnly(Transport transport) throws Exception {
        Recorder child = new Recorder();
        Recorder other = new Recorder();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, Family.TCP, new Recorder(), child, bootstrap -> { },
                     server -> server.childOption(ChannelOption.AUTO_READ, false));
             StreamPair second = StreamPair.open(transport, group, Family.TCP, new Recorder(), other)) {
            pair.child.read();
            pair.client.writeAndFlush(letter('a')).sync();
            Await.until("the first message is read", 5000, () -> child.byteCount() == 1);
            FailingAllocator allocator = new FailingAllocator();
            pair.child.config().setAllocator(allocator);
            pair.client.writeAndFlush(letter('b')).sync();
            second.client.writeAndFlush(letter('c')).sync();
            pair.child.read();
            assertTrue(child.inactive.await(5, TimeUnit.SECONDS));
            assertEquals("a", new String(child.bytes()));
            assertEquals(OutOfMemoryError.class, child.exceptions.get(0).getClass());
            second.client.writeAndFlush(letter('d')).sync();
            Await.until("the other channel goes on", 5000, () -> other.byteCount() == 2);
            assertTrue(pair.client.closeFuture().await(5, TimeUnit.SECONDS));
        }
    }

    private static ByteBuf letter(char letter) {
        return Unpooled.directBuffer().writeByte(letter);
    }

    /** Has no memory for the first buffer that it is asked for. */
    private static final class FailingAllocator extends AbstractByteBufAllocator {
        final AtomicInteger failures = new AtomicInteger();

        FailingAllocator() {
            super(true);
        }

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            return UnpooledByteBufAllocator.DEFAULT.heapBuffer(initialCapacity, maxCapacity);
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            if (failures.getAndIncrement() == 0) {
                throw new OutOfMemoryError("test");
            }
            return UnpooledByteBufAllocator.DEFAULT.directBuffer(initialCapacity, maxCapacity);
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    }
}
