/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A channel moves from loop to loop while bytes flow through it: none is lost, none comes twice. */
class LoopMigrationTest {

    @ParameterizedTest
    @CsvSource({
        "NETTYS, RING, RING, 1000", "NETTYS, REVERTED, REVERTED, 200", "NETTYS, NO_RING, NO_RING, 200",
        "NETTYS, NO_FEATURES, NO_FEATURES, 200", "NETTYS, RING, REVERTED, 200", "NETTYS, RING, NO_RING, 200",
        "NETTYS, RING, EPOLL, 200", "NETTYS, EPOLL, EPOLL, 100",
        "OURS, RING, RING, 1000", "OURS, DIRECT, DIRECT, 200", "OURS, RING, DIRECT, 200",
        "OURS, REVERTED, REVERTED, 200", "OURS, NO_RING, NO_RING, 200", "OURS, NO_FEATURES, NO_FEATURES, 200",
        "OURS, RING, REVERTED, 200", "OURS, RING, NO_RING, 200", "OURS, RING, EPOLL, 200", "OURS, EPOLL, EPOLL, 100"
    })
    void inMidTraffic(Channels channels, Mode first, Mode second, int moves) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(2);
        try (TestGroup a = new TestGroup(first, channels, 1); TestGroup b = new TestGroup(second, 1);
             Connection connection = Connection.open(a, new Echo(), bootstrap -> { })) {
            AtomicBoolean stop = new AtomicBoolean();
            Future<Long> sent = executor.submit(() -> send(connection.peer.getOutputStream(), stop));
            AtomicLong received = new AtomicLong();
            Future<?> receiver = executor.submit(() -> receive(connection.peer.getInputStream(), received));
            EventLoop[] loops = {a.loop(), b.loop()};
            Await.until("the traffic flows", 5000, () -> received.get() > 0);
            for (int i = 1; i <= Scale.of(moves); i++) {
                connection.channel.deregister().sync();
                loops[i % 2].register(connection.channel).sync();
                if (i % 10 == 0) {
                    // Time for some traffic in one place.
                    Thread.sleep(1);
                }
            }
            stop.set(true);
            long total = sent.get(20, TimeUnit.SECONDS);
            assertTrue(total > 0);
            Await.until("all has come back", 20_000, () -> received.get() == total || receiver.isDone());
            connection.peer.shutdownOutput();
            receiver.get(5, TimeUnit.SECONDS);
            assertEquals(total, received.get());
            assertEquals("[]", connection.recorder.exceptions.toString());
        } finally {
            executor.shutdownNow();
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void aPausedChannelStaysPaused(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(2);
             Connection connection = Connection.open(group,
                     bootstrap -> bootstrap.childOption(ChannelOption.AUTO_READ, false))) {
            connection.send(10);
            for (int i = 0; i < 20; i++) {
                EventLoop other = group.loop(connection.channel.eventLoop() == group.loop(0) ? 1 : 0);
                connection.channel.deregister().sync();
                other.register(connection.channel).sync();
            }
            Thread.sleep(20);
            assertEquals(0, connection.recorder.byteCount());
            connection.channel.read();
            Await.until("the data is read", 5000, () -> connection.recorder.byteCount() == 10);
            assertEquals(setup.mode.isOurs() ? setup.mode.channelBackend() : null,
                    setup.mode.isOurs() ? IoUring.backend(connection.channel) : null);
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void aBlockedWriterGoesOn(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(2); Connection connection = Connection.open(group)) {
            int size = 16 << 20;
            Future<Void> written = connection.channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[size]));
            connection.channel.eventLoop().submit(() -> { }).sync();
            for (int i = 0; i < 20; i++) {
                EventLoop other = group.loop(connection.channel.eventLoop() == group.loop(0) ? 1 : 0);
                connection.channel.deregister().sync();
                other.register(connection.channel).sync();
            }
            // Netty's channel does not ask for writability again by itself, on no loop.
            connection.channel.flush();
            byte[] buffer = new byte[1 << 20];
            long count = 0;
            while (count < size) {
                int n = connection.peer.getInputStream().read(buffer);
                assertTrue(n > 0);
                count += n;
            }
            written.get(5, TimeUnit.SECONDS);
        }
    }

    private static long send(OutputStream out, AtomicBoolean stop) throws Exception {
        long count = 0;
        byte[] chunk = new byte[1021];
        while (!stop.get()) {
            for (int i = 0; i < chunk.length; i++) {
                chunk[i] = content(count++);
            }
            out.write(chunk);
        }
        return count;
    }

    private static Void receive(InputStream in, AtomicLong count) throws Exception {
        byte[] chunk = new byte[8192];
        for (int n; (n = in.read(chunk)) > 0;) {
            for (int i = 0; i < n; i++) {
                long position = count.getAndIncrement();
                if (chunk[i] != content(position)) {
                    throw new AssertionError("byte " + position + " is wrong");
                }
            }
        }
        return null;
    }

    private static byte content(long position) {
        return (byte) (position * 7 + (position >>> 12));
    }

    private static final class Echo extends Recorder {
        @Override
        public void channelRegistered(ChannelHandlerContext ctx) {
            // See aBlockedWriterGoesOn.
            ctx.flush();
            ctx.fireChannelRegistered();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.writeAndFlush(msg);
        }
    }
}
