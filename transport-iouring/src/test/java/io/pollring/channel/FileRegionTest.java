/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.util.AbstractReferenceCounted;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Regions of files, and regions that are none. */
class FileRegionTest {
    private static final int SIZE = 1 << 20;

    private final byte[] content = new byte[SIZE];
    private final Recorder child = new Recorder();
    private Path file;

    @BeforeEach
    void write(@TempDir Path folder) throws Exception {
        new Random(1).nextBytes(content);
        file = Files.write(folder.resolve("file"), content);
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void aWholeFileAndAPart(Transport transport, Family family) throws Exception {
        try (TestGroup group = transport.newGroup(2);
             StreamPair pair = StreamPair.open(transport, group, family, TestGroup.IGNORE, child)) {
            FileRegion whole = new DefaultFileRegion(file.toFile(), 0, SIZE);
            pair.client.writeAndFlush(whole).sync();
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            FileRegion part = new DefaultFileRegion(channel, 1001, SIZE / 2);
            pair.client.writeAndFlush(part).sync();
            assertEquals(SIZE / 2, part.transferred());
            // The region owns the file.
            assertFalse(channel.isOpen());
            assertEquals(0, whole.refCnt());
            FileRegion nothing = new DefaultFileRegion(file.toFile(), 5, 0);
            pair.client.writeAndFlush(nothing).sync();
            assertEquals(0, nothing.refCnt());
            ByteArrayOutputStream expected = new ByteArrayOutputStream();
            expected.write(content);
            expected.write(content, 1001, SIZE / 2);
            assertArrives(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void betweenBuffers(Transport transport, Family family) throws Exception {
        Random random = new Random(2);
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        try (TestGroup group = transport.newGroup(2);
             StreamPair pair = StreamPair.open(transport, group, family, TestGroup.IGNORE, child)) {
            ChannelFuture last = null;
            for (int i = 0; i < 200; i++) {
                int from = random.nextInt(SIZE / 2);
                int count = random.nextInt(1 << random.nextInt(17));
                expected.write(content, from, count);
                last = pair.client.write(message(i, from, count));
                if (i % 9 == 0) {
                    pair.client.flush();
                }
            }
            pair.client.flush();
            assertTrue(last.await(10, TimeUnit.SECONDS));
            assertTrue(last.isSuccess());
            assertArrives(expected);
        }
    }

    private Object message(int number, int from, int count) {
        switch (number % 4) {
        case 0:
            return new DefaultFileRegion(file.toFile(), from, count);
        case 1:
            return new PiecemealRegion(Arrays.copyOfRange(content, from, from + count), 1000);
        default:
            return Unpooled.wrappedBuffer(content, from, count);
        }
    }

    private void assertArrives(ByteArrayOutputStream expected) throws Exception {
        Await.until("all has arrived", 10_000, () -> child.byteCount() >= expected.size());
        assertArrayEquals(expected.toByteArray(), child.bytes());
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void aFileThatIsShorterThanTheRegion(Transport transport, Family family) throws Exception {
        EventLog log = new EventLog();
        try (TestGroup group = transport.newGroup(2);
             StreamPair pair = StreamPair.open(transport, group, family, log, child)) {
            FileRegion tooLong = new DefaultFileRegion(file.toFile(), SIZE - 100, 200);
            ChannelFuture write = pair.client.write(tooLong);
            ByteBuf behind = Unpooled.directBuffer().writeZero(1);
            ChannelFuture second = pair.client.writeAndFlush(behind);
            assertTrue(second.await(5, TimeUnit.SECONDS));
            assertEquals("Underlying file size " + SIZE + " smaller then requested count 200",
                    assertInstanceOf(IOException.class, write.cause()).getMessage());
            assertInstanceOf(IOException.class, second.cause());
            assertEquals(0, tooLong.refCnt());
            assertEquals(0, behind.refCnt());
            log.assertEndsAs("registered active inactive unregistered");
            Await.until("the end has arrived", 5000, () -> child.inactive.getCount() == 0);
            assertArrayEquals(Arrays.copyOfRange(content, SIZE - 100, SIZE), child.bytes());
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void aFileThatIsClosedOrMissing(Transport transport, Family family) throws Exception {
        FileChannel closed = FileChannel.open(file, StandardOpenOption.READ);
        closed.close();
        DefaultFileRegion[] regions = {
            new DefaultFileRegion(closed, 0, 10), new DefaultFileRegion(file.resolveSibling("missing").toFile(), 0, 10)
        };
        for (DefaultFileRegion region : regions) {
            try (TestGroup group = transport.newGroup(1);
                 StreamPair pair = StreamPair.open(transport, group, family, TestGroup.IGNORE, TestGroup.IGNORE)) {
                assertInstanceOf(IOException.class, pair.client.writeAndFlush(region).await().cause());
                assertTrue(pair.client.closeFuture().await(5, TimeUnit.SECONDS));
                assertEquals(0, region.refCnt());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void aRegionThatFails(Transport transport, Family family) throws Exception {
        for (Exception cause : new Exception[] { new IOException("broken"), new IllegalStateException("broken") }) {
            EventLog log = new EventLog();
            try (TestGroup group = transport.newGroup(1);
                 StreamPair pair = StreamPair.open(transport, group, family, log, TestGroup.IGNORE, bootstrap -> { },
                         server -> server.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true))) {
                PiecemealRegion region = new PiecemealRegion(new byte[100], 10);
                region.failure = cause;
                Throwable told = pair.client.writeAndFlush(region).await().cause();
                assertEquals(0, region.refCnt());
                pair.client.eventLoop().submit(() -> { }).sync();
                if (cause instanceof IOException) {
                    assertEquals(cause, told);
                    log.assertEndsAs("registered active inactive unregistered");
                } else {
                    // Only the output is over.
                    assertInstanceOf(ChannelOutputShutdownException.class, told);
                    assertEquals(cause, told.getCause());
                    assertEquals("registered active ChannelOutputShutdownEvent", log.events());
                    assertTrue(pair.client.isOpen());
                }
            }
        }
    }

    /** Bytes in memory that go a few at a time. */
    private static final class PiecemealRegion extends AbstractReferenceCounted implements FileRegion {
        private final byte[] bytes;
        private final int atATime;
        private int sent;
        private Exception failure;

        PiecemealRegion(byte[] bytes, int atATime) {
            this.bytes = bytes;
            this.atATime = atATime;
        }

        @Override
        public long position() {
            return 0;
        }

        @Override
        @Deprecated
        public long transfered() {
            return sent;
        }

        @Override
        public long transferred() {
            return sent;
        }

        @Override
        public long count() {
            return bytes.length;
        }

        @Override
        public long transferTo(WritableByteChannel target, long position) throws IOException {
            if (failure instanceof IOException) {
                throw (IOException) failure;
            }
            if (failure != null) {
                throw (RuntimeException) failure;
            }
            assertEquals(sent, position);
            int written = target.write(ByteBuffer.wrap(bytes, sent, Math.min(atATime, bytes.length - sent)));
            sent += written;
            return written;
        }

        @Override
        protected void deallocate() { }

        @Override
        public FileRegion retain() {
            super.retain();
            return this;
        }

        @Override
        public FileRegion retain(int increment) {
            super.retain(increment);
            return this;
        }

        @Override
        public FileRegion touch() {
            return this;
        }

        @Override
        public FileRegion touch(Object hint) {
            return this;
        }
    }
}
