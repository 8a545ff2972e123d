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
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.WriteBufferWaterMark;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Writes to a peer that reads slowly, or fast, go on whenever the socket takes more. */
class BackPressureTest {
    /** For those who are to meet a full socket: the buffers of a connection may grow to 10 MiB. */
    private static final int MEGABYTES = 16;
    private static final byte[] DATA = new byte[4 << 20];

    static {
        for (int i = 0; i < DATA.length; i++) {
            DATA[i] = (byte) (i * 13 + (i >> 11));
        }
    }

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "HOSTED_RING, ONE_BUFFER", "HOSTED_RING, MANY_BUFFERS", "HOSTED_RING, COMPOSITE", "HOSTED_RING, FILE",
        "HOSTED_REVERTED, MANY_BUFFERS", "HOSTED_NO_RING, MANY_BUFFERS", "HOSTED_NO_FEATURES, ONE_BUFFER",
        "HOSTED_NO_FEATURES, MANY_BUFFERS", "HOSTED_NO_FEATURES, FILE", "OWN_RING, ONE_BUFFER",
        "OWN_RING, MANY_BUFFERS", "OWN_RING, COMPOSITE", "OWN_RING, FILE", "OWN_DIRECT, MANY_BUFFERS",
        "OWN_DIRECT, FILE", "OWN_REVERTED, MANY_BUFFERS", "OWN_NO_RING, COMPOSITE", "OWN_NO_FEATURES, ONE_BUFFER",
        "OWN_NO_FEATURES, MANY_BUFFERS", "OWN_NO_FEATURES, FILE", "EPOLL, ONE_BUFFER"
    })
    void aSlowReaderGetsAll(Setup setup, Kind kind) throws Exception {
        try (TestGroup group = setup.newGroup(1);
             Connection connection = Connection.open(group, new Recorder(),
                     bootstrap -> bootstrap.childOption(ChannelOption.SO_SNDBUF, 4096),
                     peer -> peer.setReceiveBufferSize(16 << 10))) {
            ChannelFuture written = write(connection, kind);
            connection.channel.eventLoop().submit(() -> { }).sync();
            assertFalse(written.isDone());
            byte[] received = new byte[DATA.length];
            InputStream in = connection.peer.getInputStream();
            for (int count = 0, pauses = 0; count < DATA.length;) {
                int n = in.read(received, count, Math.min(100_000, DATA.length - count));
                assertTrue(n > 0);
                count += n;
                if (count >> 18 != pauses) {
                    // Long enough for the writer to run full.
                    pauses = count >> 18;
                    Thread.sleep(2);
                }
            }
            assertArrayEquals(DATA, received);
            assertTrue(written.await(5, TimeUnit.SECONDS) && written.isSuccess(), () -> "" + written.cause());
        }
    }

    private ChannelFuture write(Connection connection, Kind kind) throws Exception {
        switch (kind) {
            case MANY_BUFFERS:
                for (int i = 0; i < DATA.length - 1000; i += 1000) {
                    connection.channel.write(Unpooled.wrappedBuffer(DATA, i, 1000));
                }
                int rest = DATA.length % 1000;
                return connection.channel.writeAndFlush(Unpooled.wrappedBuffer(DATA, DATA.length - rest, rest));
            case COMPOSITE:
                CompositeByteBuf composite = Unpooled.compositeBuffer(2000);
                for (int i = 0; i < DATA.length; i += 1 << 12) {
                    ByteBuf part = i % 3 == 0 ? Unpooled.directBuffer() : Unpooled.buffer();
                    composite.addComponent(true, part.writeBytes(DATA, i, 1 << 12));
                }
                return connection.channel.writeAndFlush(composite);
            case FILE:
                Path file = Files.write(directory.resolve("data"), DATA);
                return connection.channel.writeAndFlush(new DefaultFileRegion(file.toFile(), 0, DATA.length));
            default:
                return connection.channel.writeAndFlush(Unpooled.wrappedBuffer(DATA));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HOSTED_RING, 100", "HOSTED_REVERTED, 20", "HOSTED_NO_RING, 20", "HOSTED_NO_FEATURES, 20", "OWN_RING, 50",
        "OWN_DIRECT, 50", "OWN_REVERTED, 20", "OWN_NO_RING, 20", "OWN_NO_FEATURES, 20", "EPOLL, 20"
    })
    void aFastReaderGetsAllInSmallWrites(Setup setup, int megabytes, TestReporter reporter) throws Exception {
        long total = (long) Scale.of(megabytes) << 20;
        try (TestGroup group = setup.newGroup(1);
             Connection connection = Connection.open(group,
                     bootstrap -> bootstrap.childOption(ChannelOption.WRITE_SPIN_COUNT, 1))) {
            long start = System.nanoTime();
            for (long count = 0; count < total; count += 1 << 16) {
                connection.channel.write(Unpooled.wrappedBuffer(DATA, (int) (count % DATA.length), 1 << 16));
            }
            ChannelFuture written = connection.channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
            byte[] chunk = new byte[1 << 18];
            InputStream in = connection.peer.getInputStream();
            for (long count = 0; count < total;) {
                int n = in.read(chunk);
                assertTrue(n > 0);
                assertEquals(DATA[(int) (count % DATA.length)], chunk[0]);
                assertEquals(DATA[(int) ((count + n - 1) % DATA.length)], chunk[n - 1]);
                count += n;
            }
            assertTrue(written.await(5, TimeUnit.SECONDS) && written.isSuccess());
            reporter.publishEntry("MB/s", "" + total * 1000 / (System.nanoTime() - start));
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void aWriterThatObeysWritabilityIsCalledAgain(Setup setup) throws Exception {
        long total = (long) MEGABYTES << 20;
        Producer producer = new Producer(total);
        try (TestGroup group = setup.newGroup(1);
             Connection connection = Connection.open(group, producer, bootstrap -> bootstrap
                     .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(32 << 10, 64 << 10)))
        ) {
            byte[] chunk = new byte[1 << 16];
            InputStream in = connection.peer.getInputStream();
            for (long count = 0; count < total;) {
                int n = in.read(chunk, 0, (int) Math.min(chunk.length, total - count));
                assertTrue(n > 0);
                count += n;
                if (count % 100 == 0) {
                    Thread.sleep(1);
                }
            }
            Await.until("all promises are done", 5000, () -> producer.completed.get() == total);
            // Down and up by turns, and up in the end.
            for (int i = 0; i < producer.changes.size(); i++) {
                assertEquals(i % 2 == 1, producer.changes.get(i));
            }
            Await.until("writable again", 5000, () -> producer.changes.size() % 2 == 0);
            assertTrue(producer.changes.size() > 0);
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void aThreadThatWaitsForWritabilityIsWoken(Setup setup) throws Exception {
        long total = (long) MEGABYTES << 20;
        Semaphore changed = new Semaphore(0);
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try (TestGroup group = setup.newGroup(1);
             Connection connection = Connection.open(group, new Recorder() {
                 @Override
                 public void channelWritabilityChanged(ChannelHandlerContext ctx) {
                     changed.release();
                 }
             }, bootstrap -> bootstrap
                     .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(32 << 10, 64 << 10)))
        ) {
            Future<ChannelFuture> writer = executor.submit(() -> {
                ChannelFuture last = null;
                for (long count = 0; count < total; count += 1 << 14) {
                    while (!connection.channel.isWritable()) {
                        // Nothing else is flushed meanwhile, so nothing but what is on its way can make room.
                        assertTrue(changed.tryAcquire(5, TimeUnit.SECONDS), "not writable again");
                    }
                    last = connection.channel.writeAndFlush(Unpooled.wrappedBuffer(DATA, 0, 1 << 14));
                }
                return last;
            });
            assertEquals(total, connection.peer.getInputStream().skip(total));
            assertTrue(writer.get(5, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS));
            assertTrue(writer.get().isSuccess());
        } finally {
            executor.shutdownNow();
        }
    }

    private enum Kind { ONE_BUFFER, MANY_BUFFERS, COMPOSITE, FILE }

    /** Writes as long as the channel says that it is writable. */
    private static final class Producer extends Recorder {
        final AtomicLong completed = new AtomicLong();
        final List<Boolean> changes = new CopyOnWriteArrayList<>();
        private final long total;
        private long written;
        private boolean producing;

        Producer(long total) {
            this.total = total;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) throws Exception {
            super.channelActive(ctx);
            produce(ctx);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            changes.add(ctx.channel().isWritable());
            produce(ctx);
        }

        private void produce(ChannelHandlerContext ctx) {
            if (producing) {
                return;
            }
            producing = true;
            while (written < total && ctx.channel().isWritable()) {
                int size = (int) Math.min(1 << 14, total - written);
                written += size;
                ctx.writeAndFlush(Unpooled.wrappedBuffer(DATA, 0, size)).addListener(future -> {
                    if (future.isSuccess()) {
                        completed.addAndGet(size);
                    }
                });
            }
            producing = false;
        }
    }
}
