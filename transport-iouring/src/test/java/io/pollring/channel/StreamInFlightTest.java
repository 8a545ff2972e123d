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
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.pollring.channel.Transport.Family;
import io.pollring.ring.RingFeature;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What happens to a channel between its flush and the system call that carries it out, and to bytes not yet read. */
class StreamInFlightTest {
    private static final int BYTES = 100;

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void closeComesBehindWhatWasFlushed(Transport transport, Family family) throws Exception {
        endsBehindTheData(transport, family, Channel::close);
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void theOutputsEndComesBehindWhatWasFlushed(Transport transport, Family family) throws Exception {
        endsBehindTheData(transport, family, channel -> ((DuplexChannel) channel).shutdownOutput());
    }

    private static void endsBehindTheData(Transport transport, Family family, Action end) throws Exception {
        Recorder child = new Recorder();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, family, new Recorder(), child)) {
            List<ChannelFuture> written = new ArrayList<>();
            InRead.run(transport, pair.client.eventLoop(), () -> {
                written.add(pair.client.writeAndFlush(bytes(0)));
                written.add(pair.client.write(bytes(BYTES)));
                end.on(pair.client);
            });
            assertTrue(child.inactive.await(5, TimeUnit.SECONDS));
            assertArrayEquals(pattern(BYTES), child.bytes());
            assertTrue(written.get(0).isSuccess());
            assertTrue(written.get(1).isDone() && !written.get(1).isSuccess());
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void aChannelLeavesItsLoopBehindWhatWasFlushed(Transport transport, Family family) throws Exception {
        Recorder child = new Recorder();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, family, new Recorder(), child)) {
            Channel client = pair.client;
            List<ChannelFuture> steps = new ArrayList<>();
            InRead.run(transport, pair.client.eventLoop(), () -> {
                steps.add(client.writeAndFlush(bytes(0)));
                steps.add(client.deregister());
            });
            steps.get(1).sync();
            Await.until("what was flushed has arrived", 5000, () -> child.byteCount() == BYTES);
            assertTrue(steps.get(0).isSuccess());
            group.loop().register(client).sync();
            client.writeAndFlush(bytes(BYTES)).sync();
            Await.until("all has arrived", 5000, () -> child.byteCount() == 2 * BYTES);
            assertArrayEquals(pattern(2 * BYTES), child.bytes());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RING", "DIRECT"})
    void aRevertComesBehindWhatWasFlushed(Transport transport) throws Exception {
        Recorder child = new Recorder();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, Family.TCP, new Recorder(), child)) {
            InRead.run(transport, pair.client.eventLoop(), () -> {
                pair.client.writeAndFlush(bytes(0));
                IoUring.handler(group.loop()).revert(pair.client, "test");
                pair.client.writeAndFlush(bytes(BYTES));
            });
            Await.until("all has arrived", 5000, () -> child.byteCount() == 2 * BYTES);
            assertArrayEquals(pattern(2 * BYTES), child.bytes());
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void aLoopEndsBehindWhatWasFlushed(Transport transport, Family family) throws Exception {
        Recorder child = new Recorder();
        try (TestGroup children = transport.newGroup(1); TestGroup clients = transport.newGroup(1)) {
            Channel listener = transport.server(children.group, family, child).bind(family.anyAddress()).sync()
                    .channel();
            Channel client = transport.client(clients.group, family, new Recorder())
                    .connect(listener.localAddress()).sync().channel();
            InRead.run(transport, client.eventLoop(), () -> {
                client.writeAndFlush(bytes(0));
                clients.group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
            });
            Await.until("what was flushed has arrived", 5000, () -> child.byteCount() == BYTES);
            assertArrayEquals(pattern(BYTES), child.bytes());
            // Netty's loop may end without closing its channels, if it is told to between its events and its tasks.
            assertTrue(transport == Transport.NETTY || child.inactive.await(10, TimeUnit.SECONDS));
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void aPromisesListenerMayClose(Transport transport, Family family) throws Exception {
        Recorder child = new Recorder();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, family, new Recorder(), child)) {
            List<ChannelFuture> written = new ArrayList<>();
            InRead.run(transport, pair.client.eventLoop(), () -> {
                for (int i = 0; i < 5; i++) {
                    written.add(pair.client.write(bytes(i * BYTES)));
                }
                written.get(2).addListener(ChannelFutureListener.CLOSE);
                pair.client.flush();
            });
            assertTrue(child.inactive.await(5, TimeUnit.SECONDS));
            // All of them were written with one call.
            assertArrayEquals(pattern(5 * BYTES), child.bytes());
            for (int i = 0; i < 5; i++) {
                assertTrue(written.get(i).await(5000));
                // Those behind the one that closes have to hear of the end, whatever the socket has taken.
                assertEquals(i <= 2, written.get(i).isSuccess());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void manyFlushesOfOneTurnArriveInTheirOrder(Transport transport, Family family) throws Exception {
        Recorder child = new Recorder();
        List<Integer> done = new ArrayList<>();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, family, new Recorder(), child)) {
            long sends = sends(transport, pair.client);
            InRead.run(transport, pair.client.eventLoop(), () -> {
                for (int i = 0; i < 50; i++) {
                    int number = i;
                    pair.client.writeAndFlush(bytes(i * BYTES)).addListener(future -> done.add(number));
                }
            });
            Await.until("all has arrived", 5000, () -> child.byteCount() == 50 * BYTES);
            assertArrayEquals(pattern(50 * BYTES), child.bytes());
            TestGroup.run(pair.client.eventLoop(), () -> {
                assertEquals(50, done.size());
                for (int i = 0; i < 50; i++) {
                    assertEquals(i, done.get(i));
                }
            });
            if (transport.mode.isBatched()) {
                assertEquals(sends + 1, sends(transport, pair.client));
            }
        }
    }

    /** More of them, and more buffers, than the loop gathers or has made room for, so that some wait for the next turn. */
    @ParameterizedTest
    @CsvSource({"RING, 1, 1", "RING, 2, 20", "DIRECT, 2, 20", "NETTY, 2, 20"})
    void manyChannelsSendInOneTurn(Transport transport, int fewest, int most) throws Exception {
        int connections = 200;
        Distributor accepted = new Distributor();
        try (TestGroup servers = transport.newGroup(1); TestGroup clients = transport.newGroup(1)) {
            List<Channel> channels = connect(transport, clients, servers, accepted, connections);
            long sends = sends(transport, channels.get(0));
            List<ChannelFuture> written = new ArrayList<>();
            int[] lengths = new int[connections];
            for (int round = 0; round < 3; round++) {
                InRead.run(transport, clients.loop(), () -> {
                    for (int i = 0; i < connections; i++) {
                        for (int n = fewest + i % (most - fewest + 1); n > 0; n--, lengths[i] += BYTES) {
                            written.add(channels.get(i).write(bytes(lengths[i])));
                        }
                        channels.get(i).flush();
                    }
                });
                for (int i = 0; i < connections; i++) {
                    accepted.awaitPattern(channels.get(i), lengths[i]);
                }
            }
            // The last of them are told after they have arrived.
            TestGroup.run(clients.loop(), () -> assertTrue(written.stream().allMatch(ChannelFuture::isSuccess)));
            if (transport.mode.isBatched()) {
                assertEquals(sends + 3 * connections, sends(transport, channels.get(0)));
            }
        }
    }

    private static long sends(Transport transport, Channel channel) {
        return transport == Transport.RING ? IoUring.metrics(channel.eventLoop()).sends() : 0;
    }

    /** The kernel must have read a buffer before it is released. */
    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void noBufferIsReadAfterItsRelease(Transport transport, Family family) throws Exception {
        Recorder child = new Recorder();
        AtomicInteger poisoned = new AtomicInteger();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, family, new Recorder(), child,
                     bootstrap -> bootstrap.option(ChannelOption.SO_SNDBUF, 4096), server -> { })) {
            int count = Scale.of(2000);
            InRead.run(transport, pair.client.eventLoop(), () -> {
                for (int i = 0; i < count; i++) {
                    ByteBuf buffer = new Poisoned(BYTES, poisoned);
                    buffer.writeBytes(pattern(i * BYTES, BYTES));
                    pair.client.write(buffer);
                    if (i % 7 == 0) {
                        pair.client.flush();
                    }
                }
                pair.client.flush();
            });
            Await.until("all has arrived", 20_000, () -> child.byteCount() == count * BYTES);
            assertArrayEquals(pattern(count * BYTES), child.bytes());
            Await.until("all are released", 5000, () -> poisoned.get() == count);
        }
    }

    /** Sockets that take a part of what is sent, or nothing, at every point. */
    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void partsThatAFullSocketTakes(Transport transport, Family family) throws Exception {
        Recorder child = new Recorder() {
            @Override
            public void channelReadComplete(ChannelHandlerContext ctx) {
                ctx.executor().schedule(ctx::read, 1, TimeUnit.MILLISECONDS);
            }
        };
        try (TestGroup group = transport.newGroup(2);
             StreamPair pair = StreamPair.openPaused(transport, group, family, new Recorder(), child, true)) {
            int size = 3000;
            int count = 400;
            pair.child.read();
            for (int i = 0; i < count; i += 10) {
                int from = i;
                InRead.run(transport, pair.client.eventLoop(), () -> {
                    for (int k = from; k < from + 10; k++) {
                        pair.client.writeAndFlush(Unpooled.copiedBuffer(pattern(k * size, size)));
                    }
                });
            }
            Await.until("all has arrived", 30_000, () -> child.byteCount() == count * size);
            assertArrayEquals(pattern(count * size), child.bytes());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aResetFailsWhatIsFlushed(Transport transport) throws Exception {
        Recorder recorder = new Recorder();
        try (TestGroup group = transport.newGroup(2);
             StreamPair pair = StreamPair.open(transport, group, Family.TCP, recorder, new Recorder())) {
            pair.child.config().setOption(ChannelOption.SO_LINGER, 0);
            List<ChannelFuture> written = new ArrayList<>();
            InRead.run(transport, pair.client.eventLoop(), () -> {
                pair.child.close().await(5000);
                written.add(pair.client.writeAndFlush(bytes(0)));
                written.add(pair.client.writeAndFlush(bytes(BYTES)));
            });
            assertTrue(recorder.inactive.await(5, TimeUnit.SECONDS));
            for (ChannelFuture future : written) {
                assertTrue(future.await(5000));
                assertInstanceOf(IOException.class, future.cause());
            }
        }
    }

    /** Both wait in the socket when the loop looks at it again: the kernel tells a receive of the data only. */
    @ParameterizedTest
    @EnumSource
    void aResetRightBehindDataIsNotMissed(Transport transport) throws Exception {
        for (int i = 0; i < 20; i++) {
            boolean autoRead = i % 2 == 0;
            Recorder child = new Recorder();
            try (TestGroup group = transport.newGroup(1); ServerSocket listener = new ServerSocket(0)) {
                Channel channel = transport.client(group.group, Family.TCP, child)
                        .option(ChannelOption.AUTO_READ, autoRead)
                        .connect(InetAddress.getLoopbackAddress(), listener.getLocalPort()).sync().channel();
                try (Socket peer = listener.accept()) {
                    channel.read();
                    peer.getOutputStream().write(1);
                    Await.until("the first byte is read", 5000, () -> child.byteCount() == 1);
                    TestGroup.run(channel.eventLoop(), () -> {
                        peer.getOutputStream().write(new byte[BYTES]);
                        peer.setSoLinger(true, 0);
                        peer.close();
                        Thread.sleep(5);
                    });
                }
                assertTrue(child.inactive.await(5, TimeUnit.SECONDS), "round " + i);
            }
        }
    }

    /** As an older kernel has it, which fills as many buffers for one connection as there are. */
    private static TestGroup withoutReceiveLimit(Transport transport) {
        String property = "io.pollring.feature." + RingFeature.RECEIVE_LIMIT.propertyName();
        System.setProperty(property, "false");
        try {
            return transport.newGroup(1);
        } finally {
            System.clearProperty(property);
        }
    }

    /** More bytes than the loop has buffers for, on more connections. */
    @ParameterizedTest
    @EnumSource
    void moreThanTheLoopHasBuffersFor(Transport transport) throws Exception {
        int connections = 50;
        int bytes = 30_000;
        try (TestGroup servers = withoutReceiveLimit(transport); TestGroup clients = transport.newGroup(1)) {
            Distributor accepted = new Distributor();
            List<Channel> channels = connect(transport, clients, servers, accepted, connections);
            TestGroup.run(servers.loop(), () -> {
                // All of it waits in the sockets when the loop looks at them again.
                for (Channel channel : channels) {
                    channel.writeAndFlush(Unpooled.copiedBuffer(pattern(bytes))).await(5000);
                }
            });
            for (Channel channel : channels) {
                accepted.awaitPattern(channel, bytes);
            }
            awaitReceives(transport, servers.loop(), 1);
            if (transport.mode.isBatched()) {
                assertTrue(servers.metrics().receivesStarved() > 0, servers.metrics()::toString);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatNobodyAskedForMovesToAnotherLoop(Transport transport) throws Exception {
        OnDemand child = new OnDemand();
        try (TestGroup group = transport.newGroup(2);
             StreamPair pair = StreamPair.open(transport, group, Family.TCP, new Recorder(), child, bootstrap -> { },
                     server -> server.childOption(ChannelOption.AUTO_READ, false))) {
            sendUnasked(transport, pair, child);
            pair.child.deregister().sync();
            pair.client.writeAndFlush(bytes(2 * BYTES)).sync();
            (pair.child.eventLoop() == group.loop(0) ? group.loop(1) : group.loop(0)).register(pair.child).sync();
            TestGroup.run(pair.child.eventLoop(), () -> assertEquals(BYTES, child.byteCount()));
            readUntil(pair.child, child, 3 * BYTES);
            assertArrayEquals(pattern(3 * BYTES), child.bytes());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RING", "DIRECT"})
    void whatNobodyAskedForOutlivesARevert(Transport transport) throws Exception {
        OnDemand child = new OnDemand();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, Family.TCP, new Recorder(), child, bootstrap -> { },
                     server -> server.childOption(ChannelOption.AUTO_READ, false))) {
            sendUnasked(transport, pair, child);
            pair.client.writeAndFlush(bytes(2 * BYTES)).sync();
            assertTrue(group.loop().submit(() -> IoUring.handler(group.loop()).revert(pair.child, "test")).get());
            assertEquals(IoUringBackend.EPOLL, IoUring.backend(pair.child));
            pair.client.writeAndFlush(bytes(3 * BYTES)).sync();
            readUntil(pair.child, child, 4 * BYTES);
            assertArrayEquals(pattern(4 * BYTES), child.bytes());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatNobodyAskedForIsReadBeforeTheEnd(Transport transport) throws Exception {
        OnDemand child = new OnDemand();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, Family.TCP, new Recorder(), child, bootstrap -> { },
                     server -> server.childOption(ChannelOption.AUTO_READ, false))) {
            sendUnasked(transport, pair, child);
            pair.client.writeAndFlush(bytes(2 * BYTES)).sync();
            pair.client.close().sync();
            assertTrue(child.inactive.await(5, TimeUnit.SECONDS));
            assertArrayEquals(pattern(3 * BYTES), child.bytes());
        }
    }

    /** Sends two messages, of which only the first is read: the second is received as the loop is still set to. */
    private static void sendUnasked(Transport transport, StreamPair pair, Recorder child) throws Exception {
        pair.child.read();
        pair.client.writeAndFlush(bytes(0)).sync();
        Await.until("the first message is read", 5000, () -> child.byteCount() == BYTES);
        pair.client.writeAndFlush(bytes(BYTES)).sync();
        awaitReceives(transport, pair.child.eventLoop(), 2);
        for (int i = 0; i < 2; i++) {
            TestGroup.run(pair.child.eventLoop(), () -> assertEquals(BYTES, child.byteCount()));
        }
    }

    /** Where the ring receives, it has filled {@code count} buffers or more by now; where it does not, none. */
    private static void awaitReceives(Transport transport, EventLoop loop, int count) throws Exception {
        if (transport.mode.isBatched()) {
            Await.until("the ring has received", 5000, () -> IoUring.metrics(loop).receives() >= count);
        } else if (transport.mode.isOurs()) {
            assertEquals(0, IoUring.metrics(loop).receives());
        }
    }

    private static void readUntil(Channel channel, Recorder recorder, int bytes) throws Exception {
        Await.until(bytes + " bytes are read", 5000, () -> {
            channel.read();
            return recorder.byteCount() == bytes;
        });
    }

    private static ByteBuf bytes(int from) {
        return Unpooled.directBuffer(BYTES).writeBytes(pattern(from, BYTES));
    }

    private static byte[] pattern(int length) {
        return pattern(0, length);
    }

    private static byte[] pattern(int from, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) ((from + i) * 31 + ((from + i) >> 8));
        }
        return bytes;
    }

    private interface Action {
        void on(Channel channel);
    }

    private static final class OnDemand extends Recorder { }

    private static List<Channel> connect(Transport transport, TestGroup clients, TestGroup servers,
                                         Distributor accepted, int count) throws Exception {
        Channel listener = transport.server(servers.group, Family.TCP, accepted).bind(Family.TCP.anyAddress()).sync()
                .channel();
        List<Channel> channels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            channels.add(transport.client(clients.group, Family.TCP, new Recorder())
                    .connect(listener.localAddress()).sync().channel());
        }
        Await.until("all are accepted", 5000, () -> accepted.recorders.size() == count);
        return channels;
    }

    /** Gives each accepted channel a recorder of its own. */
    @Sharable
    private static final class Distributor extends ChannelInboundHandlerAdapter {
        /** By the address of the peer. */
        private final Map<SocketAddress, Recorder> recorders = new ConcurrentHashMap<>();

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            Recorder recorder = new Recorder();
            ctx.pipeline().addLast(recorder);
            recorders.put(ctx.channel().remoteAddress(), recorder);
        }

        void awaitPattern(Channel client, int length) throws Exception {
            Recorder recorder = recorders.get(client.localAddress());
            Await.until("all has arrived", 10_000, () -> recorder.byteCount() == length);
            assertArrayEquals(pattern(length), recorder.bytes());
        }
    }
}
