/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.NetUtil;
import io.netty.util.UncheckedBooleanSupplier;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A receive allocator of the user's own is asked what Netty's epoll channels would ask, and no answer is relied upon. */
class UserAllocatorTest {

    /** Whose channels run on whose loop. {@link Channels#NETTYS} in {@link Mode#EPOLL} is what all are compared with. */
    static Stream<Arguments> everywhere() {
        return Stream.of(Mode.values()).filter(Mode::isOurs).flatMap(
                mode -> Stream.of(Channels.values()).map(channels -> Arguments.of(mode, channels)));
    }

    static Stream<Arguments> everywhereForStreams() {
        return everywhere().flatMap(arguments -> Stream.of(Family.values())
                .map(family -> Arguments.of(arguments.get()[0], arguments.get()[1], family)));
    }

    @ParameterizedTest
    @MethodSource("everywhereForStreams")
    void isAskedWhatEpollAsksOfAStream(Mode mode, Channels channels, Family family) throws Exception {
        for (boolean adaptive : new boolean[] {true, false}) {
            assertEquals(callsOfStream(Mode.EPOLL, Channels.NETTYS, family, adaptive),
                    callsOfStream(mode, channels, family, adaptive));
        }
    }

    private static List<String> callsOfStream(Mode mode, Channels channels, Family family, boolean adaptive)
            throws Exception {
        RecordingAllocator allocator = new RecordingAllocator(
                adaptive ? new AdaptiveRecvByteBufAllocator(64, 128, 512) : new FixedRecvByteBufAllocator(200), false);
        Recorder child = new Recorder();
        Transport transport = channels == Channels.OURS ? Transport.RING : Transport.NETTY;
        try (TestGroup group = new TestGroup(mode, 1);
             StreamPair pair = StreamPair.open(transport, group, family, new Recorder(), child, bootstrap -> { },
                     server -> server.childOption(ChannelOption.RECVBUF_ALLOCATOR, allocator))) {
            int expected = 0;
            for (int bytes : new int[] {64, 64, 1, 200, 128, 500, 64, 64}) {
                expected += bytes;
                send(pair, child, bytes, expected);
            }
            // Too late for a handle that is in use.
            pair.child.config().setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator());
            send(pair, child, 64, expected + 64);
            ((DuplexChannel) pair.client).shutdownOutput().sync();
            assertTrue(pair.child.closeFuture().await(5000));
        }
        assertEquals(List.of(), child.exceptions);
        return allocator.calls;
    }

    private static void send(StreamPair pair, Recorder child, int bytes, int expected) throws Exception {
        pair.client.writeAndFlush(Unpooled.wrappedBuffer(new byte[bytes])).sync();
        Await.until("the message is read", 5000, () -> child.byteCount() == expected);
        TestGroup.run(pair.child.eventLoop(), () -> { });
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void isAskedWhatEpollAsksOfAListener(Mode mode, Channels channels) throws Exception {
        assertEquals(callsOfListener(Mode.EPOLL, Channels.NETTYS), callsOfListener(mode, channels));
    }

    private static List<String> callsOfListener(Mode mode, Channels channels) throws Exception {
        RecordingAllocator allocator = new RecordingAllocator(new ServerChannelRecvByteBufAllocator(), true);
        AtomicInteger accepted = new AtomicInteger();
        Recorder child = new Recorder() {
            @Override
            public boolean isSharable() {
                return true;
            }

            @Override
            public void channelRegistered(ChannelHandlerContext ctx) {
                accepted.incrementAndGet();
            }
        };
        List<Socket> peers = new ArrayList<>();
        try (TestGroup group = new TestGroup(mode, channels, 1)) {
            Channel listener = group.listen(child,
                    server -> server.option(ChannelOption.RECVBUF_ALLOCATOR, allocator));
            for (int i = 1; i <= 3; i++) {
                peers.add(new Socket(NetUtil.LOCALHOST4, TestGroup.address(listener).getPort()));
                int expected = i;
                Await.until("the connection is accepted", 5000, () -> accepted.get() == expected);
                TestGroup.run(group.loop(), () -> { });
            }
            for (Socket peer : peers) {
                peer.close();
            }
            return List.copyOf(allocator.calls);
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void isAskedWhatEpollAsksOfADatagramChannel(Mode mode, Channels channels) throws Exception {
        for (boolean connected : new boolean[] {true, false}) {
            assertEquals(callsOfDatagrams(Mode.EPOLL, Channels.NETTYS, connected),
                    callsOfDatagrams(mode, channels, connected));
        }
    }

    private static List<String> callsOfDatagrams(Mode mode, Channels channels, boolean connected) throws Exception {
        RecordingAllocator allocator = new RecordingAllocator(new FixedRecvByteBufAllocator(200), false);
        Datagrams received = new Datagrams();
        try (TestGroup group = new TestGroup(mode, channels, 1);
             DatagramSocket peer = new DatagramSocket(0, NetUtil.LOCALHOST4)) {
            Channel channel = new Bootstrap().group(group.group).channel(channels.datagram).handler(received)
                    .option(ChannelOption.RECVBUF_ALLOCATOR, allocator)
                    .bind(NetUtil.LOCALHOST4, 0).sync().channel();
            if (connected) {
                channel.connect(peer.getLocalSocketAddress()).sync();
            }
            InetSocketAddress address = (InetSocketAddress) channel.localAddress();
            for (int bytes : new int[] {64, 200, 1}) {
                peer.send(new DatagramPacket(new byte[bytes], bytes, address));
                received.take();
                TestGroup.run(group.loop(), () -> { });
            }
            channel.close().sync();
        }
        return allocator.calls;
    }

    @ParameterizedTest
    @MethodSource("everywhereForStreams")
    void mayNotKeepWhatItIsTold(Mode mode, Channels channels, Family family) throws Exception {
        for (int attempted : new int[] {0, 1024, 65536}) {
            Recorder child = new Recorder();
            Transport transport = channels == Channels.OURS ? Transport.RING : Transport.NETTY;
            try (TestGroup group = new TestGroup(mode, 1);
                 StreamPair pair = StreamPair.open(transport, group, family, new Recorder(), child, bootstrap -> { },
                         server -> server.childOption(ChannelOption.RECVBUF_ALLOCATOR,
                                 () -> new ForgetfulHandle(attempted)))) {
                pair.client.writeAndFlush(Unpooled.wrappedBuffer(new byte[1_000_000]));
                Await.until("all arrives", 10_000, () -> child.byteCount() == 1_000_000);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everywhereForStreams")
    void noReadIsLargerThanItsMaximum(Mode mode, Channels channels, Family family) throws Exception {
        AtomicInteger largest = new AtomicInteger();
        Recorder child = new Recorder() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
                largest.accumulateAndGet(((ByteBuf) msg).capacity(), Math::max);
                super.channelRead(ctx, msg);
            }
        };
        for (int maximum : new int[] {64, 100, 2048}) {
            largest.set(0);
            int before = child.byteCount();
            Transport transport = channels == Channels.OURS ? Transport.RING : Transport.NETTY;
            Recorder recorder = child;
            try (TestGroup group = new TestGroup(mode, 1);
                 StreamPair pair = StreamPair.open(transport, group, family, new Recorder(),
                         new ChannelInboundHandlerAdapter() {
                             @Override
                             public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
                                 recorder.channelRead(ctx, msg);
                             }
                         }, bootstrap -> { },
                         server -> server.childOption(ChannelOption.RECVBUF_ALLOCATOR,
                                 new AdaptiveRecvByteBufAllocator(64, 64, maximum)))) {
                for (int i = 1; i <= 30; i++) {
                    int expected = before + i * 3000;
                    pair.client.writeAndFlush(Unpooled.wrappedBuffer(new byte[3000])).sync();
                    Await.until("the message is read", 5000, () -> child.byteCount() == expected);
                }
            }
            assertTrue(largest.get() <= maximum, largest + " of " + maximum);
        }
    }

    /** Always says the same of what was attempted. */
    private static final class ForgetfulHandle implements RecvByteBufAllocator.ExtendedHandle {
        private final int attempted;
        private int last;
        private int messages;

        ForgetfulHandle(int attempted) {
            this.attempted = attempted;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator alloc) {
            return alloc.ioBuffer(guess());
        }

        @Override
        public int guess() {
            return 1024;
        }

        @Override
        public void reset(ChannelConfig config) {
            messages = 0;
        }

        @Override
        public void incMessagesRead(int count) {
            messages += count;
        }

        @Override
        public void lastBytesRead(int bytes) {
            last = bytes;
        }

        @Override
        public int lastBytesRead() {
            return last;
        }

        @Override
        public void attemptedBytesRead(int bytes) {
            // That is what it is about.
        }

        @Override
        public int attemptedBytesRead() {
            return attempted;
        }

        @Override
        @Deprecated
        public boolean continueReading() {
            return messages < 4 && last > 0;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier mayHaveMore) {
            return messages < 4 && last > 0;
        }

        @Override
        public void readComplete() {
            // Nothing to learn.
        }
    }
}
