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
import io.netty.channel.ChannelPromise;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.pollring.ring.SocketAbi;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Datagrams that share a send, counted by a receiver that gets those of one send together. */
class UdpJoinTest {
    private static final SocketProtocolFamily INET = SocketProtocolFamily.INET;
    private static final SocketProtocolFamily INET6 = SocketProtocolFamily.INET6;
    private static final int SO_NO_CHECK = 11;

    @BeforeAll
    static void kernelSplitsDatagrams() {
        Assumptions.assumeTrue(IoUringDatagramChannel.isSegmentedDatagramPacketSupported(), "this kernel has no GSO");
    }

    /** What is written before a flush: {@code 100} is a datagram of 100 bytes, {@code 100*3} are three. */
    private static List<Integer> sizes(String text) {
        List<Integer> sizes = new ArrayList<>();
        for (String part : text.split(" ")) {
            String[] numbers = part.split("\\*");
            sizes.addAll(Collections.nCopies(numbers.length == 1 ? 1 : Integer.parseInt(numbers[1]),
                    Integer.valueOf(numbers[0])));
        }
        return sizes;
    }

    private static ByteBuf bytes(int length) {
        return Unpooled.directBuffer(Math.max(1, length)).writeZero(length);
    }

    /** Writes a datagram of each size, each to an address object of its own, and flushes once; all are sent. */
    private static void flush(IoUringDatagramChannel channel, InetSocketAddress to, List<Integer> sizes)
            throws Exception {
        List<Object> messages = new ArrayList<>();
        for (int size : sizes) {
            messages.add(to == null ? bytes(size)
                    : new DatagramPacket(bytes(size), new InetSocketAddress(to.getAddress(), to.getPort())));
        }
        for (ChannelFuture future : flush(channel, messages)) {
            future.sync();
        }
    }

    private static List<ChannelFuture> flush(IoUringDatagramChannel channel, List<?> messages) throws Exception {
        List<ChannelFuture> futures = new ArrayList<>();
        TestGroup.run(channel.eventLoop(), () -> {
            for (Object message : messages) {
                futures.add(channel.write(message));
            }
            channel.flush();
        });
        return futures;
    }

    private static IoUringDatagramChannel bind(TestGroup group, SocketProtocolFamily family) throws Exception {
        return UdpChannelTest.bind(group, family, new Datagrams());
    }

    @ParameterizedTest
    @CsvSource({
        "100,                     100",
        "100*10,                  100*10",
        "100*3 40,                100*3+40",
        "100*2 40*2,              100*2+40 40",
        "100*2 150*3 100,         100*2 150*3+100",
        "40 100,                  40 100",
        "100*2 40 100*2,          100*2+40 100*2",
        "10*70,                   10*64 10*6",
        "10*63 5 10*2,            10*63+5 10*2",
        "10*64 5,                 10*64 5",
        "8000*9,                  8000*8 8000",
        "32000*2 1450 1450,       32000*2+1450 1450",
        "32000*2 1508,            32000*2 1508",
        "40000*2,                 40000 40000",
        "40000 25450 40000 25508, 40000+25450 40000 25508",
        "65507 10*2,              65507 10*2",
        "100*2 0 100*2,           100*2 100*2",
        "0 0 100*2 0,             100*2",
        "1*300,                   1*64 1*64 1*64 1*64 1*44",
    })
    void messagesOfOneSizeShareASend(String written, String sent) throws Exception {
        for (SocketProtocolFamily family : new SocketProtocolFamily[] {INET, INET6}) {
            for (boolean connected : new boolean[] {false, true}) {
                try (TestGroup group = new TestGroup(Mode.RING, 1);
                     TrainReceiver receiver = new TrainReceiver(family)) {
                    IoUringDatagramChannel channel = bind(group, family);
                    if (connected) {
                        channel.connect(receiver.address()).sync();
                    }
                    flush(channel, connected ? null : receiver.address(), sizes(written));
                    assertEquals(sent, receiver.awaitTrains(sizes(written).stream().filter(n -> n > 0).count()));
                }
            }
        }
    }

    /** With its headers it is more than the interface takes, so the kernel takes it apart before the receiver has it. */
    @Test
    void asMuchAsAPacketHasRoomForIsSent() throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1); TrainReceiver receiver = new TrainReceiver(INET)) {
            flush(bind(group, INET), receiver.address(), sizes("32000*2 1507"));
            receiver.awaitTrains(3);
            assertEquals(32_000, receiver.take().length);
            assertEquals(32_000, receiver.take().length);
            assertEquals(1507, receiver.take().length);
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void sendsAreSharedOnEveryLoop(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1); TrainReceiver receiver = new TrainReceiver(INET)) {
            IoUringDatagramChannel channel = bind(group, INET);
            for (int i = 0; i < 3; i++) {
                flush(channel, receiver.address(), sizes("500*20 77"));
                assertEquals("500*20+77", receiver.awaitTrains(21));
            }
        }
    }

    @Test
    void onlyWhatFollowsEachOtherToOneRecipientIsJoined() throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1); TrainReceiver one = new TrainReceiver(INET);
             TrainReceiver other = new TrainReceiver(INET)) {
            IoUringDatagramChannel channel = bind(group, INET);
            List<DatagramPacket> packets = new ArrayList<>();
            for (TrainReceiver to : List.of(one, one, other, one, other, other, other, one, one, one)) {
                packets.add(new DatagramPacket(bytes(100), to.address()));
            }
            for (ChannelFuture future : flush(channel, packets)) {
                future.sync();
            }
            assertEquals("100*2 100 100*3", one.awaitTrains(6));
            assertEquals("100 100*3", other.awaitTrains(4));
        }
    }

    @Test
    void aMappedAddressIsTheOneThatItIsMappedTo() throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1); TrainReceiver receiver = new TrainReceiver(INET)) {
            IoUringDatagramChannel channel = (IoUringDatagramChannel) UdpChannelTest
                    .bootstrap(group, INET6, new Datagrams()).bind(new InetSocketAddress("::", 0)).sync().channel();
            flush(channel, receiver.address(), sizes("100*10 40000 25450"));
            assertEquals("100*10 40000+25450", receiver.awaitTrains(12));
        }
    }

    @Test
    void whatTheUserHasJoinedStaysAsItIs() throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1); TrainReceiver receiver = new TrainReceiver(INET)) {
            IoUringDatagramChannel channel = bind(group, INET);
            InetSocketAddress to = receiver.address();
            for (ChannelFuture future : flush(channel, List.of(
                    new DatagramPacket(bytes(100), to), new DatagramPacket(bytes(100), to),
                    new SegmentedDatagramPacket(bytes(250), 100, to), new DatagramPacket(bytes(100), to),
                    new SegmentedDatagramPacket(bytes(100), 100, to), new SegmentedDatagramPacket(bytes(100), 100, to),
                    new DatagramPacket(bytes(100), to), new DatagramPacket(bytes(100), to)))) {
                future.sync();
            }
            assertEquals("100*2 100*2+50 100 100 100 100*2", receiver.awaitTrains(10));
        }
    }

    /** 1024 parts are all that a system call takes. */
    @Test
    void buffersOfManyPartsAreJoinedAsFarAsASystemCallTakesThem() throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1); TrainReceiver receiver = new TrainReceiver(INET)) {
            IoUringDatagramChannel channel = bind(group, INET);
            List<DatagramPacket> packets = new ArrayList<>();
            for (int i = 0; i < 25; i++) {
                CompositeByteBuf composite = Unpooled.compositeBuffer(100);
                for (int part = 0; part < 100; part++) {
                    composite.addComponent(true, Unpooled.directBuffer(3).writeByte(i).writeByte(part).writeByte(9));
                }
                packets.add(new DatagramPacket(composite, receiver.address()));
            }
            for (ChannelFuture future : flush(channel, packets)) {
                future.sync();
            }
            for (DatagramPacket packet : packets) {
                assertEquals(0, packet.refCnt());
            }
            assertEquals("300*10 300*10 300*5", receiver.awaitTrains(25));
            for (int i = 0; i < 25; i++) {
                byte[] datagram = receiver.take();
                for (int part = 0; part < 100; part++) {
                    assertEquals(i, datagram[3 * part]);
                    assertEquals(part, datagram[3 * part + 1]);
                }
            }
        }
    }

    @Test
    void bytesOfHeapBuffersAndSlicesArriveInTheirOrder() throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1); TrainReceiver receiver = new TrainReceiver(INET)) {
            IoUringDatagramChannel channel = bind(group, INET);
            List<DatagramPacket> packets = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                ByteBuf buffer = i % 2 == 0 ? Unpooled.buffer() : Unpooled.directBuffer();
                buffer.writeZero(i).writeInt(i).writeInt(~i).skipBytes(i);
                packets.add(new DatagramPacket(buffer, receiver.address()));
            }
            for (ChannelFuture future : flush(channel, packets)) {
                future.sync();
            }
            assertEquals("8*20", receiver.awaitTrains(20));
            for (int i = 0; i < 20; i++) {
                ByteBuf datagram = Unpooled.wrappedBuffer(receiver.take());
                assertEquals(i, datagram.readInt());
                assertEquals(~i, datagram.readInt());
            }
        }
    }

    @Test
    void writesAreCountedInMessages() throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1); TrainReceiver receiver = new TrainReceiver(INET)) {
            IoUringDatagramChannel channel = bind(group, INET);
            channel.config().setMaxMessagesPerWrite(4);
            flush(channel, receiver.address(), sizes("100*10"));
            assertEquals("100*4 100*4 100*2", receiver.awaitTrains(10));
        }
    }

    @Test
    void whoDoesNotWantItHasASendForEach() throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1); TrainReceiver receiver = new TrainReceiver(INET)) {
            IoUringDatagramChannel channel = bind(group, INET);
            assertTrue(channel.config().isJoinDatagrams());
            channel.config().setJoinDatagrams(false);
            flush(channel, receiver.address(), sizes("100*3"));
            assertEquals("100 100 100", receiver.awaitTrains(3));
            channel.config().setJoinDatagrams(true);
            flush(channel, receiver.address(), sizes("100*3"));
            assertEquals("100*3", receiver.awaitTrains(3));
        }
    }

    /** Without checksums, IPv4 sockets refuse it with EINVAL. */
    @Test
    void whatTheKernelRefusesToTakeJoinedIsSentOneByOneInTheSameFlush() throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1); TrainReceiver receiver = new TrainReceiver(INET)) {
            IoUringDatagramChannel channel = bind(group, INET);
            channel.config().setOption(option("SO_NO_CHECK", SocketAbi.SOL_SOCKET, SO_NO_CHECK), 1);
            for (int i = 0; i < 2; i++) {
                flush(channel, receiver.address(), sizes("70 100*3 60 200*2 50"));
                assertEquals("70 100 100 100 60 200 200 50", receiver.awaitTrains(8));
            }
        }
    }

    @Test
    void nothingIsJoinedWhileMessagesMeanSomethingElse() throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1); TrainReceiver receiver = new TrainReceiver(INET)) {
            IoUringDatagramChannel channel = bind(group, INET);
            IntegerUnixChannelOption segment = option("UDP_SEGMENT", SocketAbi.SOL_UDP, SocketAbi.UDP_SEGMENT);
            channel.config().setOption(segment, 60);
            flush(channel, receiver.address(), sizes("100*2"));
            assertEquals("60+40 60+40", receiver.awaitTrains(4));
            channel.config().setOption(segment, 0);
            flush(channel, receiver.address(), sizes("100*2"));
            assertEquals("100*2", receiver.awaitTrains(2));
            IntegerUnixChannelOption cork = option("UDP_CORK", SocketAbi.SOL_UDP, SocketAbi.UDP_CORK);
            channel.config().setOption(cork, 1);
            flush(channel, receiver.address(), sizes("100*2"));
            channel.config().setOption(cork, 0);
            assertEquals("200", receiver.awaitTrains(1));
        }
    }

    private static IntegerUnixChannelOption option(String name, int level, int number) {
        return new IntegerUnixChannelOption(name, level, number);
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void anIcmpErrorFailsTheNextMessageAndNoOther(boolean joined) throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1); UnreachablePort nobody = new UnreachablePort()) {
            IoUringDatagramChannel channel = bind(group, INET);
            channel.config().setJoinDatagrams(joined).setAutoRead(false);
            channel.connect(nobody.address()).sync();
            TestGroup.run(channel.eventLoop(), () -> {
                channel.writeAndFlush(bytes(10));
                // The answer is on the socket by then. Nobody may read it before the next flush.
                Thread.sleep(100);
                DatagramSocket socket = nobody.listen();
                List<ChannelFuture> futures = new ArrayList<>();
                for (int i = 0; i < 5; i++) {
                    futures.add(channel.write(bytes(100)));
                }
                channel.flush();
                for (int i = 1; i < 5; i++) {
                    assertTrue(futures.get(i).isSuccess(), "datagram " + i);
                    socket.setSoTimeout(5000);
                    socket.receive(new java.net.DatagramPacket(new byte[200], 200));
                }
                assertInstanceOf(Errors.NativeIoException.class, futures.get(0).cause());
            });
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void oneThatWasCancelledIsNotSentAndNoneIsSentTwice(boolean joined) throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1); TrainReceiver receiver = new TrainReceiver(INET)) {
            IoUringDatagramChannel channel = bind(group, INET);
            channel.config().setJoinDatagrams(joined);
            List<ChannelFuture> futures = new ArrayList<>();
            TestGroup.run(channel.eventLoop(), () -> {
                for (int i = 0; i < 10; i++) {
                    ChannelPromise promise = channel.newPromise();
                    futures.add(channel.write(new DatagramPacket(bytes(100 + i / 5), receiver.address()), promise));
                    if (i % 4 == 2 || i == 3) {
                        assertTrue(promise.cancel(false));
                    }
                }
                channel.flush();
            });
            for (int i = 0; i < 10; i++) {
                assertEquals(i % 4 == 2 || i == 3, futures.get(i).await().isCancelled());
            }
            assertEquals(joined ? "100*3 101*4" : "100 100 100 101 101 101 101", receiver.awaitTrains(7));
        }
    }

    @Test
    void aReceiverThatJoinsSplitsThemAgain() throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 2)) {
            Datagrams inbox = new Datagrams();
            IoUringDatagramChannel receiver = UdpChannelTest.bind(group, INET, inbox);
            receiver.config().setUdpGro(true).setRecvByteBufAllocator(
                    new FixedRecvByteBufAllocator(65_535));
            IoUringDatagramChannel channel = bind(group, INET);
            flush(channel, receiver.localAddress(), sizes("1000*50 7"));
            for (int i = 0; i < 50; i++) {
                assertEquals(1000, inbox.take().bytes.length);
            }
            assertEquals(7, inbox.take().bytes.length);
            inbox.assertNone();
        }
    }
}
