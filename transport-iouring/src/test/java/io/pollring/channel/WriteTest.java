/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.WriteBufferWaterMark;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is written arrives, in its order; promises are settled in that order, too. */
class WriteTest {

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void waterMarks(Transport transport, Family family) throws Exception {
        EventLog log = new EventLog();
        Recorder child = new Recorder();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, family, log, child)) {
            Channel client = pair.client;
            client.config().setWriteBufferWaterMark(new WriteBufferWaterMark(4096, 16_384));
            TestGroup.run(client.eventLoop(), () -> {
                for (int i = 0; i < 3; i++) {
                    int number = i;
                    client.write(Unpooled.directBuffer().writeZero(6000))
                            .addListener(done -> log.add("done " + number));
                    assertEquals(i < 2, client.isWritable());
                }
                assertEquals(0, client.bytesBeforeUnwritable());
                assertTrue(client.bytesBeforeWritable() > 18_000 - 4096);
                log.add("flush");
                client.flush();
                assertTrue(client.isWritable());
                assertEquals(16_384 + 1, client.bytesBeforeUnwritable());
            });
            Await.until("all has arrived", 5000, () -> child.byteCount() == 18_000);
            assertEquals("registered active unwritable flush done 0 done 1 done 2 writable", log.events());
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void aFullSocketStaysUnwritableUntilThePeerReads(Transport transport, Family family) throws Exception {
        int size = StreamPair.MORE_THAN_FITS;
        EventLog log = new EventLog();
        Recorder child = new Recorder();
        try (TestGroup group = transport.newGroup(2);
             StreamPair pair = StreamPair.openPaused(transport, group, family, log, child, false)) {
            ChannelPromise written = pair.client.newPromise();
            ChannelPromise second = pair.client.newPromise();
            TestGroup.run(pair.client.eventLoop(), () -> {
                pair.client.writeAndFlush(content(size, 3), written).addListener(done -> log.add("done"));
                assertFalse(written.isDone());
                assertFalse(pair.client.isWritable());
                // What is flushed meanwhile waits behind it.
                pair.client.writeAndFlush(content(1, 4), second).addListener(done -> log.add("second done"));
                assertFalse(second.isDone());
            });
            pair.child.config().setAutoRead(true);
            log.await("second done");
            assertTrue(written.isSuccess() && second.isSuccess());
            Await.until("all has arrived", 20_000, () -> child.byteCount() == size + 1);
            assertEquals("registered active unwritable done writable second done", log.events());
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void theSpinCountIsTheNumberOfCallsInOneTurn(Transport transport, @TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("file"), new byte[10]);
        for (int spins = 1; spins <= 2; spins++) {
            Recorder child = new Recorder();
            try (TestGroup group = transport.newGroup(1);
                 StreamPair pair = StreamPair.open(transport, group, Family.TCP, new EventLog(), child)) {
                pair.client.config().setWriteSpinCount(spins);
                List<ChannelFuture> writes = new ArrayList<>();
                List<Long> doneInTurn = new ArrayList<>();
                TestGroup.run(pair.client.eventLoop(), () -> {
                    // Regions go with a call each.
                    for (int i = 0; i < 5; i++) {
                        writes.add(pair.client.write(new DefaultFileRegion(file.toFile(), 0, 10)));
                    }
                    pair.client.flush();
                    countInEachTurn(pair.client, writes, doneInTurn);
                });
                Await.until("all is written", 5000, () -> writes.get(4).isDone());
                Await.until("all turns are over", 5000, () -> doneInTurn.size() == 6);
                assertEquals(spins == 1 ? List.of(1L, 2L, 3L, 4L, 5L, 5L) : List.of(2L, 4L, 5L, 5L, 5L, 5L),
                        doneInTurn);
                Await.until("all has arrived", 5000, () -> child.byteCount() == 50);
            }
        }
    }

    private static void countInEachTurn(Channel channel, List<ChannelFuture> writes, List<Long> counts) {
        counts.add(writes.stream().filter(ChannelFuture::isSuccess).count());
        if (counts.size() <= writes.size()) {
            // Behind the task that goes on writing.
            channel.eventLoop().execute(() -> countInEachTurn(channel, writes, counts));
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void manyBuffersOfAllKinds(Transport transport, Family family) throws Exception {
        Random random = new Random(1);
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        List<ByteBuf> buffers = new ArrayList<>();
        // A gathering call takes 1024 of them.
        for (int i = 0; i < 2500; i++) {
            byte[] bytes = new byte[i % 7 == 0 ? 0 : random.nextInt(64)];
            random.nextBytes(bytes);
            expected.writeBytes(bytes);
            buffers.add(buffer(i % 5, bytes));
        }
        Recorder child = new Recorder();
        List<Integer> settled = new ArrayList<>();
        try (TestGroup group = transport.newGroup(2);
             StreamPair pair = StreamPair.open(transport, group, family, new EventLog(), child)) {
            TestGroup.run(pair.client.eventLoop(), () -> {
                for (int i = 0; i < buffers.size(); i++) {
                    int number = i;
                    pair.client.write(buffers.get(i)).addListener(done -> {
                        if (done.isSuccess()) {
                            settled.add(number);
                        }
                    });
                }
                pair.client.flush();
            });
            Await.until("all has arrived", 10_000, () -> child.byteCount() == expected.size());
            assertArrayEquals(expected.toByteArray(), child.bytes());
            pair.client.eventLoop().submit(() -> assertSequence(settled, buffers.size())).sync();
        }
        for (ByteBuf buffer : buffers) {
            assertEquals(0, buffer.refCnt());
        }
    }

    private static ByteBuf buffer(int kind, byte[] bytes) {
        switch (kind) {
        case 0:
            return Unpooled.directBuffer().writeBytes(bytes);
        case 1:
            return Unpooled.buffer().writeBytes(bytes);
        case 2:
            // Neither begins at 0 nor ends at its capacity.
            return Unpooled.directBuffer(bytes.length + 20).writeZero(10).skipBytes(10).writeBytes(bytes);
        case 3:
            return Unpooled.directBuffer().writeBytes(bytes).asReadOnly();
        default:
            int half = bytes.length / 2;
            return Unpooled.compositeBuffer()
                    .addComponent(true, Unpooled.directBuffer().writeBytes(bytes, 0, half))
                    .addComponent(true, Unpooled.directBuffer().writeBytes(bytes, half, bytes.length - half));
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void nothingButEmptyBuffers(Transport transport, Family family) throws Exception {
        EventLog child = new EventLog();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, family, new EventLog(), child)) {
            List<ChannelFuture> writes = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                writes.add(pair.client.write(i % 2 == 0 ? Unpooled.EMPTY_BUFFER : Unpooled.directBuffer()));
            }
            writes.add(pair.client.writeAndFlush(Unpooled.EMPTY_BUFFER));
            for (ChannelFuture write : writes) {
                assertTrue(write.await(5, TimeUnit.SECONDS));
                assertTrue(write.isSuccess());
            }
            assertTrue(pair.client.writeAndFlush(Unpooled.directBuffer()).await(5000));
            pair.client.close().sync();
            child.assertEndsAs("registered active readComplete inactive unregistered");
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void oneHugeMessage(Transport transport, Family family) throws Exception {
        int size = 3 << 20;
        CompositeByteBuf parts = Unpooled.compositeBuffer(Integer.MAX_VALUE);
        for (int i = 0; i < 1100; i++) {
            parts.addComponent(true, content(size / 1100, i));
        }
        for (ByteBuf message : new ByteBuf[] { content(size, 7), parts }) {
            byte[] expected = new byte[message.readableBytes()];
            message.getBytes(0, expected);
            Recorder child = new Recorder();
            try (TestGroup group = transport.newGroup(2);
                 StreamPair pair = StreamPair.open(transport, group, family, new EventLog(), child)) {
                pair.client.writeAndFlush(message).sync();
                Await.until("all has arrived", 20_000, () -> child.byteCount() == expected.length);
                assertArrayEquals(expected, child.bytes());
            }
            assertEquals(0, message.refCnt());
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void aListenerWritesOn(Transport transport, Family family) throws Exception {
        Recorder child = new Recorder();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, family, new EventLog(), child)) {
            ChannelPromise last = pair.client.newPromise();
            TestGroup.run(pair.client.eventLoop(), () -> writeOn(pair.client, 100, last));
            assertTrue(last.await(5, TimeUnit.SECONDS));
            Await.until("all has arrived", 5000, () -> child.byteCount() == 100);
            for (int i = 0; i < 100; i++) {
                assertEquals(100 - i, child.bytes()[i]);
            }
        }
    }

    private static void writeOn(Channel channel, int left, ChannelPromise last) {
        if (left == 0) {
            last.setSuccess();
            return;
        }
        channel.writeAndFlush(Unpooled.directBuffer().writeByte(left))
                .addListener(done -> writeOn(channel, left - 1, last));
    }

    private static void assertSequence(List<Integer> numbers, int count) {
        assertEquals(count, numbers.size());
        for (int i = 0; i < count; i++) {
            assertEquals(i, numbers.get(i));
        }
    }

    private static ByteBuf content(int size, int seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return Unpooled.directBuffer(size).writeBytes(bytes);
    }
}
