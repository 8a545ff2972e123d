/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.channel.socket.DatagramPacket;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Writes that fail: each promise is told, in the order of the writes, and no message is kept. */
class WriteFailureTest {
    private static final int PENDING = 100;

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void aMessageOfAnotherType(Transport transport, Family family) throws Exception {
        EventLog log = new EventLog();
        EventLog child = new EventLog();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, family, log, child)) {
            assertInstanceOf(UnsupportedOperationException.class,
                    pair.client.writeAndFlush("text").await().cause());
            DatagramPacket packet = new DatagramPacket(Unpooled.directBuffer().writeZero(10),
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 9));
            Throwable cause = pair.client.writeAndFlush(packet).await().cause();
            assertEquals("unsupported message type: DatagramPacket (expected: ByteBuf, DefaultFileRegion)",
                    assertInstanceOf(UnsupportedOperationException.class, cause).getMessage());
            assertEquals(0, packet.refCnt());
            // Those before it and behind it are not concerned.
            pair.client.write(Unpooled.directBuffer().writeZero(1));
            pair.client.write(42);
            pair.client.writeAndFlush(Unpooled.directBuffer().writeZero(1)).sync();
            Await.until("both have arrived", 5000, () -> child.bytes() == 2);
            pair.client.close().sync();
            log.assertEndsAs("registered active inactive unregistered");
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void aServerTakesNoMessage(Transport transport, Family family) throws Exception {
        EventLog log = new EventLog();
        try (TestGroup group = transport.newGroup(1)) {
            Channel server = transport.server(group.group, family, TestGroup.IGNORE).handler(log)
                    .bind(family.anyAddress()).sync().channel();
            ByteBuf message = Unpooled.directBuffer().writeZero(1);
            assertInstanceOf(UnsupportedOperationException.class, server.writeAndFlush(message).await().cause());
            assertEquals(0, message.refCnt());
            assertInstanceOf(UnsupportedOperationException.class, server.connect(family.anyAddress()).await().cause());
            assertTrue(server.isActive());
            server.close().sync();
            log.assertEndsAs("registered active inactive unregistered");
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void aVoidPromiseTellsThePipeline(Transport transport, Family family, @TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("file"), new byte[10]);
        EventLog log = new EventLog();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, family, log, TestGroup.IGNORE)) {
            DefaultFileRegion beyondTheEnd = new DefaultFileRegion(file.toFile(), 20, 10);
            ByteBuf behind = Unpooled.directBuffer().writeZero(1);
            TestGroup.run(pair.client.eventLoop(), () -> {
                pair.client.write(beyondTheEnd, pair.client.voidPromise());
                pair.client.write(behind, pair.client.voidPromise());
                pair.client.flush();
            });
            log.assertEndsAs("registered active IOException IOException inactive unregistered");
            assertEquals(0, beyondTheEnd.refCnt());
            assertEquals(0, behind.refCnt());
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void onAChannelThatIsNotConnected(Transport transport, Family family) throws Exception {
        try (TestGroup group = transport.newGroup(1)) {
            Channel channel = transport.client(group.group, family, TestGroup.IGNORE).register().sync().channel();
            ByteBuf message = Unpooled.directBuffer().writeZero(1);
            ChannelFuture write = channel.writeAndFlush(message).await();
            assertInstanceOf(NotYetConnectedException.class, write.cause());
            assertEquals(0, message.refCnt());
            assertTrue(channel.isOpen());
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void onAClosedChannel(Transport transport, Family family) throws Exception {
        EventLog log = new EventLog();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, family, log, TestGroup.IGNORE)) {
            pair.client.close().sync();
            ByteBuf message = Unpooled.directBuffer().writeZero(1);
            assertInstanceOf(ClosedChannelException.class, pair.client.write(message).await().cause());
            assertEquals(0, message.refCnt());
            pair.client.flush();
            assertInstanceOf(ClosedChannelException.class,
                    pair.client.writeAndFlush(Unpooled.EMPTY_BUFFER).await().cause());
            log.assertEndsAs("registered active inactive unregistered");
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void closedWithWritesPending(Transport transport, Family family) throws Exception {
        EventLog log = new EventLog();
        try (TestGroup group = transport.newGroup(2);
             StreamPair pair = StreamPair.openPaused(transport, group, family, log, TestGroup.IGNORE, false)) {
            Pending pending = new Pending(pair.client);
            pair.client.close().sync();
            pending.assertFailed(ClosedChannelException.class);
            pair.client.eventLoop().submit(() -> { }).sync();
            log.assertEndsAs("registered active unwritable inactive unregistered");
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void resetWithWritesPending(Transport transport) throws Exception {
        try (TestGroup group = transport.newGroup(1);
             ServerSocket server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
            for (int i = 0; i < 10; i++) {
                Channel client = transport.client(group.group, Family.TCP, TestGroup.IGNORE)
                        .option(ChannelOption.AUTO_READ, i % 2 == 0)
                        .connect(server.getLocalSocketAddress()).sync().channel();
                Socket peer = server.accept();
                Pending pending = new Pending(client);
                peer.setSoLinger(true, 0);
                peer.close();
                assertTrue(client.closeFuture().await(5, TimeUnit.SECONDS));
                pending.assertFailed(IOException.class);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void withoutAutoCloseAFailedWriteLeavesTheChannelOpen(Transport transport) throws Exception {
        try (TestGroup group = transport.newGroup(1);
             ServerSocket server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
            Channel client = transport.client(group.group, Family.TCP, TestGroup.IGNORE)
                    .option(ChannelOption.AUTO_READ, false)
                    .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .option(ChannelOption.AUTO_CLOSE, false)
                    .connect(server.getLocalSocketAddress()).sync().channel();
            Pending pending = new Pending(client);
            Socket peer = server.accept();
            peer.setSoLinger(true, 0);
            peer.close();
            pending.assertFailed(IOException.class);
            assertTrue(client.isOpen());
            client.close().sync();
            assertFalse(client.isOpen());
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void withoutAutoCloseAWriterThatGoesOnComesToAnEnd(Transport transport, Family family) throws Exception {
        List<ChannelFuture> writes = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger changes = new AtomicInteger();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, family, new ChannelInboundHandlerAdapter() {
                 @Override
                 public void channelWritabilityChanged(ChannelHandlerContext ctx) {
                     changes.incrementAndGet();
                     write(ctx);
                 }

                 @Override
                 public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                     if (event == ChannelOutputShutdownEvent.INSTANCE) {
                         write(ctx);
                     }
                 }

                 private void write(ChannelHandlerContext ctx) {
                     // One of them at least, whatever the channel says.
                     do {
                         writes.add(ctx.writeAndFlush(Unpooled.directBuffer().writeZero(128 << 10)));
                     } while (ctx.channel().isWritable() && writes.size() < 1000);
                 }
             }, TestGroup.IGNORE, bootstrap -> bootstrap.option(ChannelOption.AUTO_CLOSE, false)
                     .option(ChannelOption.AUTO_READ, false).option(ChannelOption.ALLOW_HALF_CLOSURE, true),
                     server -> server.childOption(ChannelOption.AUTO_READ, false))) {
            Pending pending = new Pending(pair.client);
            pair.child.close().sync();
            pending.assertFailed(IOException.class);
            pair.client.eventLoop().submit(() -> { }).sync();
            int soFar = changes.get();
            assertTrue(soFar > 0 && writes.size() < 100, soFar + " changes, " + writes.size() + " writes");
            long turns = group.turns();
            Thread.sleep(50);
            assertEquals(soFar, changes.get());
            assertTrue(group.turns() - turns < 20, "the loop is busy");
            for (ChannelFuture write : writes) {
                assertTrue(write.await(5000));
            }
            assertInstanceOf(IOException.class, writes.get(writes.size() - 1).cause());
            assertTrue(pair.client.isOpen());
        }
    }

    /** More writes than the socket takes; the peer does not read. */
    private static final class Pending {
        private final List<ByteBuf> buffers = new ArrayList<>();
        private final List<ChannelFuture> writes = new ArrayList<>();
        private final List<Integer> settled = Collections.synchronizedList(new ArrayList<>());

        Pending(Channel channel) throws Exception {
            TestGroup.run(channel.eventLoop(), () -> {
                for (int i = 0; i < PENDING; i++) {
                    int number = i;
                    ByteBuf buffer = Unpooled.directBuffer().writeZero(128 << 10);
                    buffers.add(buffer);
                    writes.add(channel.write(buffer).addListener(done -> settled.add(number)));
                }
                channel.flush();
                assertFalse(writes.get(PENDING - 1).isDone());
            });
        }

        void assertFailed(Class<? extends Throwable> type) throws Exception {
            assertTrue(writes.get(PENDING - 1).await(5, TimeUnit.SECONDS));
            Await.until("all promises are settled", 5000, () -> settled.size() == PENDING);
            boolean failed = false;
            for (int i = 0; i < PENDING; i++) {
                assertEquals(i, settled.get(i));
                assertEquals(0, buffers.get(i).refCnt());
                Throwable cause = writes.get(i).cause();
                assertFalse(failed && cause == null, "write " + i + " has succeeded behind one that failed");
                failed = cause != null;
                if (failed) {
                    assertInstanceOf(type, cause);
                }
            }
            assertTrue(failed);
        }
    }
}
