/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.SegmentedDatagramPacket;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.DatagramSocketAddress;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Datagram sockets, which are never at an end, and stop short in ways of their own. */
class DatagramTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(value = Setup.class, mode = EnumSource.Mode.EXCLUDE, names = "EPOLL")
    void arriveWhole(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(2)) {
            Inbox server = new Inbox();
            Channel receiver = datagramChannel(group, server).bind(loopback()).sync().channel();
            Channel sender = datagramChannel(group, new Inbox()).bind(loopback()).sync().channel();
            for (int i = 0; i < 100; i++) {
                sender.write(new DatagramPacket(Unpooled.wrappedBuffer(new byte[1 + i % 64]),
                        TestGroup.address(receiver)));
                if (i % 16 == 15) {
                    sender.flush();
                }
            }
            sender.flush();
            for (int i = 0; i < 100; i++) {
                assertEquals(1 + i % 64, server.takeSize());
            }
            // Empty ones, which Netty does not send, neither end nor delay anything.
            try (DatagramSocket socket = new DatagramSocket()) {
                for (int size : new int[] {0, 0, 3, 0, 5}) {
                    socket.send(new java.net.DatagramPacket(new byte[size], size, receiver.localAddress()));
                }
                for (int size : new int[] {0, 0, 3, 0, 5}) {
                    assertEquals(size, server.takeSize());
                }
            }
            // Connected, back to unconnected, and on.
            for (int i = 0; i < 3; i++) {
                sender.connect(receiver.localAddress()).sync();
                sender.writeAndFlush(Unpooled.wrappedBuffer(new byte[7])).sync();
                assertEquals(7, server.takeSize());
                sender.disconnect().sync();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = Setup.class, mode = EnumSource.Mode.EXCLUDE, names = "EPOLL")
    void mayBeSplitAndJoinedByTheKernel(Setup setup) throws Exception {
        Assumptions.assumeTrue(SegmentedDatagramPacket.isSupported(), "this kernel has no UDP GSO");
        try (TestGroup group = setup.newGroup(2)) {
            Inbox server = new Inbox();
            Channel receiver = datagramChannel(group, server)
                    .option(EpollChannelOption.UDP_GRO, true)
                    .option(ChannelOption.RCVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(16 * 1024))
                    .bind(loopback()).sync().channel();
            Channel sender = datagramChannel(group, new Inbox()).bind(loopback()).sync().channel();
            sender.writeAndFlush(new SegmentedDatagramPacket(Unpooled.wrappedBuffer(new byte[10 * 512]), 512,
                    TestGroup.address(receiver))).sync();
            for (int received = 0; received < 10 * 512;) {
                int size = server.takeSize();
                assertTrue(size > 0 && size % 512 == 0, size + " bytes");
                received += size;
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = Mode.class, mode = EnumSource.Mode.EXCLUDE, names = "EPOLL")
    void arriveOverUnixSockets(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 2)) {
            Inbox inbox = new Inbox();
            DomainSocketAddress address = new DomainSocketAddress(directory.resolve("datagram").toString());
            new Bootstrap().group(group.group).channel(EpollDomainDatagramChannel.class).handler(inbox)
                    .bind(address).sync();
            Channel sender = new Bootstrap().group(group.group).channel(EpollDomainDatagramChannel.class)
                    .handler(new Inbox()).bind(new DomainSocketAddress(directory.resolve("sender").toString()))
                    .sync().channel();
            for (int i = 1; i < 50; i++) {
                sender.writeAndFlush(new DomainDatagramPacket(Unpooled.wrappedBuffer(new byte[i]), address)).sync();
                assertEquals(i, inbox.takeSize());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HOSTED_RING, true, false", "HOSTED_RING, false, false", "HOSTED_RING, true, true", "HOSTED_RING, false, true",
        "HOSTED_REVERTED, true, true", "HOSTED_NO_RING, true, true", "HOSTED_NO_FEATURES, true, false",
        "HOSTED_NO_FEATURES, false, true", "OWN_RING, true, false", "OWN_RING, false, false", "OWN_RING, true, true",
        "OWN_RING, false, true", "OWN_REVERTED, true, true", "OWN_NO_RING, true, true", "OWN_NO_FEATURES, true, false",
        "OWN_NO_FEATURES, false, true", "EPOLL, true, true"
    })
    void aBurstIsReadToItsEnd(Setup setup, boolean autoRead, boolean connected) throws Exception {
        try (TestGroup group = setup.newGroup(1); DatagramSocket peer = new DatagramSocket(loopback())) {
            AtomicInteger received = new AtomicInteger();
            Channel receiver = datagramChannel(group, new DatagramCounter(received))
                    .option(ChannelOption.AUTO_READ, autoRead)
                    .option(ChannelOption.SO_RCVBUF, 4 << 20)
                    .bind(loopback()).sync().channel();
            if (connected) {
                receiver.connect(peer.getLocalSocketAddress()).sync();
            }
            int sent = 0;
            for (int burst = 0; burst < 20; burst++) {
                for (int i = 0; i < 100; i++) {
                    // A connected channel of Netty's drops empty ones; they must not hold up those behind them.
                    int size = i % 7 == 0 ? 0 : 10;
                    sent += size > 0 ? 1 : 0;
                    peer.send(new java.net.DatagramPacket(new byte[size], size, receiver.localAddress()));
                }
                int expected = sent;
                // Nothing more comes to make the loop look again.
                Await.until("all " + expected + " are read", 5000, () -> {
                    if (!autoRead) {
                        receiver.read();
                    }
                    return received.get() == expected;
                });
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void noMoreThanTheLimitAreWrittenInATurn(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(1)) {
            Inbox inbox = new Inbox();
            Channel receiver = datagramChannel(group, inbox).bind(loopback()).sync().channel();
            Channel sender = datagramChannel(group, new Inbox())
                    .option(ChannelOption.MAX_MESSAGES_PER_WRITE, 3)
                    .connect(receiver.localAddress()).sync().channel();
            List<Integer> perTurn = new CopyOnWriteArrayList<>();
            AtomicInteger written = new AtomicInteger();
            TestGroup.run(group.loop(), () -> {
                for (int i = 1; i <= 10; i++) {
                    sender.write(Unpooled.wrappedBuffer(new byte[i])).addListener(future -> {
                        assertTrue(future.isSuccess());
                        if (written.getAndIncrement() == 0) {
                            // Comes when all that can be written now is: behind the task, or the turn's events.
                            group.loop().execute(() -> perTurn.add(written.getAndSet(0)));
                        }
                    });
                }
                sender.flush();
            });
            for (int i = 1; i <= 10; i++) {
                assertEquals(i, inbox.takeSize());
            }
            Await.until("all are counted", 5000, () -> perTurn.stream().mapToInt(n -> n).sum() == 10);
            assertEquals(List.of(3, 3, 3, 1), perTurn);
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void anIdleChannelHearsThatItsPeerIsUnreachable(Setup setup) throws Exception {
        for (boolean autoRead : new boolean[] {true, false}) {
            try (TestGroup group = setup.newGroup(1); UnreachablePort nobody = new UnreachablePort()) {
                Recorder recorder = new Recorder();
                Channel channel = datagramChannel(group, recorder)
                        .option(ChannelOption.AUTO_READ, autoRead)
                        .connect(nobody.address()).sync().channel();
                channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[1])).await();
                Await.until("the exception has come", 2000, () -> recorder.exceptions.size() > 0);
                assertTrue(recorder.exceptions.get(0) instanceof PortUnreachableException,
                        recorder.exceptions::toString);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HOSTED_RING, true", "HOSTED_RING, false", "HOSTED_REVERTED, true", "HOSTED_NO_RING, false",
        "HOSTED_NO_FEATURES, true", "HOSTED_NO_FEATURES, false", "OWN_RING, true", "OWN_RING, false",
        "OWN_REVERTED, false", "OWN_NO_RING, true", "OWN_NO_FEATURES, true", "OWN_NO_FEATURES, false", "EPOLL, true"
    })
    void oneThatSomebodyElseTakesDoesNotEndReading(Setup setup, boolean autoRead) throws Exception {
        try (TestGroup group = setup.newGroup(1); DatagramSocket peer = new DatagramSocket(loopback())) {
            Inbox inbox = new Inbox();
            Channel receiver = datagramChannel(group, inbox).option(ChannelOption.AUTO_READ, autoRead)
                    .bind(loopback()).sync().channel();
            // Another one of the same socket: what it takes, the kernel has told the loop of nevertheless.
            Socket thief = new Socket(((UnixChannel) receiver).fd().intValue());
            ByteBuffer stolen = ByteBuffer.allocateDirect(100);
            for (int i = 1; i <= 20; i++) {
                receiver.read();
                int size = i;
                TestGroup.run(group.loop(), () -> {
                    peer.send(new java.net.DatagramPacket(new byte[50], 50, receiver.localAddress()));
                    DatagramSocketAddress from = thief.recvFrom(stolen, 0, 100);
                    assertEquals(50, from.receivedAmount());
                });
                TestGroup.run(group.loop(), () -> { });
                peer.send(new java.net.DatagramPacket(new byte[size], size, receiver.localAddress()));
                assertEquals(size, inbox.takeSize());
            }
            assertTrue(receiver.isActive());
        }
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static Bootstrap datagramChannel(TestGroup group, ChannelHandler handler) {
        return new Bootstrap().group(group.group).channel(group.channels.datagram).handler(handler);
    }
}
