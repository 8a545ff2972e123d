/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultAddressedEnvelope;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.SegmentedDatagramPacket;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** {@link IoUringDatagramChannel} at work, on our loops in all of their modes and on Netty's own. */
class UdpChannelTest {
    private static final int SIZE = 64;

    static Bootstrap bootstrap(TestGroup group, SocketProtocolFamily family, ChannelHandler handler) {
        return new Bootstrap().group(group.group).channelFactory(() -> new IoUringDatagramChannel(family))
                .handler(handler)
                // Room for the bursts; the default holds less than 300 small datagrams.
                .option(ChannelOption.SO_RCVBUF, 1 << 20);
    }

    static IoUringDatagramChannel bind(TestGroup group, SocketProtocolFamily family, ChannelHandler handler)
            throws Exception {
        return (IoUringDatagramChannel) bootstrap(group, family, handler).bind(loopback(family)).sync().channel();
    }

    static InetSocketAddress loopback(SocketProtocolFamily family) throws Exception {
        String host = family == SocketProtocolFamily.INET6 ? "::1" : "127.0.0.1";
        return new InetSocketAddress(InetAddress.getByName(host), 0);
    }

    private static byte[] payload(int number, int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (number * 31 + i);
        }
        return bytes;
    }

    private static void assertPayload(int number, int size, byte[] bytes) {
        assertArrayEquals(payload(number, size), bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "RING, INET, false", "RING, INET, true", "RING, INET6, false", "RING, INET6, true",
        "REVERTED, INET, false", "REVERTED, INET6, true", "NO_RING, INET, true", "NO_RING, INET6, false",
        "NO_FEATURES, INET, false", "EPOLL, INET, false", "EPOLL, INET6, true"
    })
    void batchesGoBothWays(Mode mode, SocketProtocolFamily family, boolean connected) throws Exception {
        try (TestGroup group = new TestGroup(mode, 2)) {
            Datagrams left = new Datagrams();
            Datagrams right = new Datagrams();
            IoUringDatagramChannel a = bind(group, family, left);
            IoUringDatagramChannel b = bind(group, family, right);
            if (connected) {
                a.connect(b.localAddress()).sync();
                b.connect(a.localAddress()).sync();
                assertTrue(a.isConnected());
                assertEquals(b.localAddress(), a.remoteAddress());
            }
            for (int round = 0; round < 10; round++) {
                // One at a time, a few, and more than a batch has room for.
                int count = new int[] {1, 2, 30, 300}[round % 4];
                send(a, b, count, connected);
                send(b, a, count, connected);
                receive(right, a, b, count);
                receive(left, b, a, count);
            }
            a.close().sync();
            b.close().sync();
            assertFalse(a.isConnected());
            assertTrue(left.exceptions.isEmpty() && right.exceptions.isEmpty());
        }
    }

    private static void send(Channel from, IoUringDatagramChannel to, int count, boolean connected) throws Exception {
        List<ByteBuf> buffers = new ArrayList<>();
        List<ChannelFuture> futures = new ArrayList<>();
        TestGroup.run(from.eventLoop(), () -> {
            for (int i = 0; i < count; i++) {
                ByteBuf content = buffer(i, payload(i, 1 + i % SIZE));
                buffers.add(content);
                Object message = i % 3 == 0 && connected ? content
                        : i % 3 == 1 ? new DefaultAddressedEnvelope<>(content, to.localAddress())
                        : new DatagramPacket(content, to.localAddress());
                futures.add(from.write(message));
            }
            from.flush();
        });
        for (ChannelFuture future : futures) {
            future.sync();
        }
        for (ByteBuf buffer : buffers) {
            assertEquals(0, buffer.refCnt());
        }
    }

    /** The same bytes in buffers of all kinds; none of a pool, which would use them again. */
    private static ByteBuf buffer(int kind, byte[] bytes) {
        switch (kind % 4) {
            case 0:
                return Unpooled.directBuffer().writeBytes(bytes);
            case 1:
                return Unpooled.buffer().writeBytes(bytes);
            case 2:
                return UnpooledByteBufAllocator.DEFAULT.compositeDirectBuffer()
                        .addComponent(true, Unpooled.directBuffer().writeBytes(bytes, 0, bytes.length / 2))
                        .addComponent(true, Unpooled.directBuffer()
                                .writeBytes(bytes, bytes.length / 2, bytes.length - bytes.length / 2));
            default:
                // Neither begins at 0 nor ends at the capacity.
                return Unpooled.directBuffer(bytes.length + 20).writeZero(7).skipBytes(7).writeBytes(bytes);
        }
    }

    private static void receive(Datagrams inbox, IoUringDatagramChannel from, IoUringDatagramChannel to, int count)
            throws Exception {
        for (int i = 0; i < count; i++) {
            Datagrams.Datagram datagram = inbox.take();
            assertPayload(i, 1 + i % SIZE, datagram.bytes);
            assertEquals(from.localAddress(), datagram.sender);
            assertEquals(to.localAddress(), datagram.recipient);
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void aSocketOfIpv6TalksToBothFamilies(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1)) {
            Datagrams inbox = new Datagrams();
            IoUringDatagramChannel both = (IoUringDatagramChannel) bootstrap(group, SocketProtocolFamily.INET6, inbox)
                    .bind(new InetSocketAddress(InetAddress.getByName("0.0.0.0"), 0)).sync().channel();
            int port = both.localAddress().getPort();
            assertTrue(both.localAddress().getAddress().isAnyLocalAddress());
            for (SocketProtocolFamily family : new SocketProtocolFamily[] {
                    SocketProtocolFamily.INET, SocketProtocolFamily.INET6}) {
                Datagrams replies = new Datagrams();
                IoUringDatagramChannel peer = bind(group, family, replies);
                InetSocketAddress to = new InetSocketAddress(loopback(family).getAddress(), port);
                peer.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(payload(1, 9)), to)).sync();
                Datagrams.Datagram datagram = inbox.take();
                assertEquals(peer.localAddress(), datagram.sender);
                assertEquals(family == SocketProtocolFamily.INET,
                        ((InetSocketAddress) datagram.sender).getAddress() instanceof Inet4Address);
                both.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(payload(2, 9)),
                        (InetSocketAddress) datagram.sender)).sync();
                assertEquals(to, replies.take().sender);
            }
        }
    }

    /** A port of 0 is not one that is missing. Only a socket that writes the header itself sends from it. */
    @ParameterizedTest
    @EnumSource(Mode.class)
    void aSenderMayHavePortZero(Mode mode) throws Exception {
        Path perl = Path.of("/usr/bin/perl");
        Assumptions.assumeTrue(Files.isExecutable(perl), "there is no perl, and Java opens no raw sockets");
        try (TestGroup group = new TestGroup(mode, 1)) {
            for (SocketProtocolFamily family : new SocketProtocolFamily[] {
                    SocketProtocolFamily.INET, SocketProtocolFamily.INET6}) {
                Datagrams inbox = new Datagrams();
                IoUringDatagramChannel channel = (IoUringDatagramChannel) bootstrap(group, family, inbox)
                        .bind(new InetSocketAddress(InetAddress.getByName("0.0.0.0"), 0)).sync().channel();
                String script = "use Socket; socket(S, PF_INET, SOCK_RAW, 17)"
                        + " && send(S, pack('n4', 0, $ARGV[0], 13, 0) . 'hello', 0,"
                        + " sockaddr_in(0, inet_aton('127.0.0.1'))) || exit 42";
                Process sender = new ProcessBuilder(perl.toString(), "-e", script,
                        Integer.toString(channel.localAddress().getPort())).start();
                Assumptions.assumeTrue(sender.waitFor() != 42, "this process may not open raw sockets");
                assertEquals(0, sender.exitValue());
                Datagrams.Datagram datagram = inbox.take();
                assertEquals("hello", new String(datagram.bytes, StandardCharsets.US_ASCII));
                assertEquals(new InetSocketAddress("127.0.0.1", 0), datagram.sender);
                assertEquals(channel.localAddress().getPort(), ((InetSocketAddress) datagram.recipient).getPort());
                // Nobody can be answered there, and nobody else has to suffer for it.
                assertNotNull(channel.writeAndFlush(new DatagramPacket(Unpooled.directBuffer().writeZero(1),
                        (InetSocketAddress) datagram.sender)).await().cause());
                assertTrue(channel.isActive());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "RING, INET", "RING, INET6", "REVERTED, INET", "NO_RING, INET6", "NO_FEATURES, INET", "EPOLL, INET"
    })
    void oneFlushGoesToManyAndManyAnswer(Mode mode, SocketProtocolFamily family) throws Exception {
        List<DatagramSocket> peers = new ArrayList<>();
        try (TestGroup group = new TestGroup(mode, 1)) {
            Datagrams inbox = new Datagrams();
            IoUringDatagramChannel channel = (IoUringDatagramChannel) bootstrap(group, family, inbox)
                    .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 2048)
                    .option(ChannelOption.RCVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(32 * 2048))
                    .bind(loopback(family)).sync().channel();
            Map<SocketAddress, Integer> numbers = new HashMap<>();
            for (int i = 0; i < 64; i++) {
                DatagramSocket peer = new DatagramSocket(loopback(family));
                peers.add(peer);
                peer.setSoTimeout(5000);
                numbers.put(peer.getLocalSocketAddress(), i);
            }
            TestGroup.run(group.loop(), () -> {
                for (int i = 0; i < 64; i++) {
                    channel.write(new DatagramPacket(buffer(i, payload(i, 64 - i)),
                            (InetSocketAddress) peers.get(i).getLocalSocketAddress()));
                }
                channel.flush();
                // All answers are there before the loop looks.
                for (int i = 0; i < 64; i++) {
                    java.net.DatagramPacket packet = new java.net.DatagramPacket(new byte[100], 100);
                    peers.get(i).receive(packet);
                    assertEquals(channel.localAddress(), packet.getSocketAddress());
                    assertPayload(i, 64 - i, Arrays.copyOf(packet.getData(), packet.getLength()));
                    packet.setData(payload(i + 1, 1 + i * 31));
                    peers.get(i).send(packet);
                }
            });
            for (int i = 0; i < 64; i++) {
                Datagrams.Datagram datagram = inbox.take();
                int number = numbers.remove(datagram.sender);
                assertPayload(number + 1, 1 + number * 31, datagram.bytes);
                assertEquals(channel.localAddress(), datagram.recipient);
            }
        } finally {
            for (DatagramSocket peer : peers) {
                peer.close();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "RING, false, false", "RING, true, false", "RING, false, true", "REVERTED, false, false",
        "NO_RING, true, true", "NO_FEATURES, false, true", "EPOLL, false, false", "EPOLL, true, false"
    })
    void aReadTakesSeveralDatagrams(Mode mode, boolean connected, boolean onDemand) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1); DatagramSocket peer = new DatagramSocket(
                loopback(SocketProtocolFamily.INET))) {
            Datagrams inbox = new Datagrams();
            IoUringDatagramChannel channel = (IoUringDatagramChannel)
                    bootstrap(group, SocketProtocolFamily.INET, inbox)
                    .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, SIZE)
                    .option(ChannelOption.RCVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(8 * SIZE))
                    .option(ChannelOption.AUTO_READ, !onDemand)
                    .bind(loopback(SocketProtocolFamily.INET)).sync().channel();
            if (connected) {
                channel.connect(peer.getLocalSocketAddress()).sync();
            }
            for (int round = 0; round < 5; round++) {
                // All of them are there before the loop looks.
                TestGroup.run(group.loop(), () -> {
                    for (int i = 0; i < 20; i++) {
                        byte[] bytes = payload(i, i == 7 ? 0 : i == 8 ? SIZE + 5 : 1 + i % SIZE);
                        peer.send(new java.net.DatagramPacket(bytes, bytes.length, channel.localAddress()));
                    }
                    inbox.readCompletes.set(0);
                });
                if (onDemand) {
                    channel.read();
                    Await.until("one read", 5000, () -> inbox.readCompletes.get() > 0);
                    Thread.sleep(50);
                    assertEquals(8, inbox.count(), "what one read asks for");
                    assertEquals(1, inbox.readCompletes.get());
                    channel.read();
                    Await.until("two reads", 5000, () -> inbox.count() == 16);
                    channel.read();
                }
                for (int i = 0; i < 20; i++) {
                    Datagrams.Datagram datagram = inbox.take();
                    assertPayload(i, i == 7 ? 0 : i == 8 ? SIZE : 1 + i % SIZE, datagram.bytes);
                    assertEquals(peer.getLocalSocketAddress(), datagram.sender);
                    assertEquals(channel.localAddress(), datagram.recipient);
                }
            }
            assertTrue(inbox.exceptions.isEmpty(), inbox.exceptions::toString);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "RING, false, 0", "RING, true, 0", "RING, false, 8192", "REVERTED, false, 0", "NO_RING, true, 8192",
        "EPOLL, false, 0", "EPOLL, true, 8192"
    })
    void theKernelSplitsAndJoins(Mode mode, boolean connected, int maxPayload) throws Exception {
        Assumptions.assumeTrue(IoUringDatagramChannel.isSegmentedDatagramPacketSupported(), "this kernel has no GSO");
        try (TestGroup group = new TestGroup(mode, 2)) {
            Datagrams inbox = new Datagrams();
            IoUringDatagramChannel receiver = (IoUringDatagramChannel)
                    bootstrap(group, SocketProtocolFamily.INET, inbox)
                    .option(EpollChannelOption.UDP_GRO, true)
                    .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, maxPayload)
                    .option(ChannelOption.RCVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(16 * 1024))
                    .bind(loopback(SocketProtocolFamily.INET)).sync().channel();
            IoUringDatagramChannel sender = bind(group, SocketProtocolFamily.INET, new Datagrams());
            if (connected) {
                sender.connect(receiver.localAddress()).sync();
                receiver.connect(sender.localAddress()).sync();
            }
            for (int total : new int[] {10 * 512, 9 * 512 + 100, 512, 100}) {
                ByteBuf content = Unpooled.buffer().writeBytes(payload(3, total));
                sender.writeAndFlush(new SegmentedDatagramPacket(content, 512, receiver.localAddress())).sync();
                assertEquals(0, content.refCnt());
                byte[] all = payload(3, total);
                for (int position = 0; position < total; position += 512) {
                    int length = Math.min(512, total - position);
                    Datagrams.Datagram datagram = inbox.take();
                    assertEquals(length, datagram.bytes.length);
                    for (int i = 0; i < length; i++) {
                        assertEquals(all[position + i], datagram.bytes[i]);
                    }
                    assertEquals(sender.localAddress(), datagram.sender);
                }
            }
            inbox.assertNone();
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void oneReadGivesOneMessageIfOneIsAskedFor(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1); DatagramSocket peer = new DatagramSocket()) {
            Datagrams inbox = new Datagrams();
            IoUringDatagramChannel channel = (IoUringDatagramChannel)
                    bootstrap(group, SocketProtocolFamily.INET, inbox)
                    .option(ChannelOption.AUTO_READ, false)
                    .bind(loopback(SocketProtocolFamily.INET)).sync().channel();
            for (boolean connected : new boolean[] {false, true}) {
                if (connected) {
                    channel.connect(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), peer.getLocalPort()))
                            .sync();
                }
                for (int i = 0; i < 10; i++) {
                    peer.send(new java.net.DatagramPacket(payload(i, 5), 5, channel.localAddress()));
                }
                inbox.assertNone();
                for (int i = 0; i < 10; i++) {
                    channel.read();
                    assertPayload(i, 5, inbox.take().bytes);
                    assertEquals(0, inbox.count());
                }
                // Autoread goes on, and off again in the middle.
                channel.config().setAutoRead(true);
                peer.send(new java.net.DatagramPacket(payload(1, 5), 5, channel.localAddress()));
                assertPayload(1, 5, inbox.take().bytes);
                // The loop is through with it, and has asked for the next.
                TestGroup.run(group.loop(), () -> { });
                channel.config().setAutoRead(false);
                // The read that was asked for when it was switched off stands, as with epoll.
                peer.send(new java.net.DatagramPacket(payload(2, 5), 5, channel.localAddress()));
                assertPayload(2, 5, inbox.take().bytes);
                peer.send(new java.net.DatagramPacket(payload(3, 5), 5, channel.localAddress()));
                inbox.assertNone();
                channel.read();
                assertPayload(3, 5, inbox.take().bytes);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void connectAndDisconnectTakeTurns(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1)) {
            Datagrams inbox = new Datagrams();
            Datagrams events = new Datagrams();
            IoUringDatagramChannel receiver = bind(group, SocketProtocolFamily.INET, inbox);
            IoUringDatagramChannel channel = (IoUringDatagramChannel)
                    bootstrap(group, SocketProtocolFamily.INET, events).register().sync().channel();
            assertFalse(channel.isActive());
            for (int i = 0; i < 3; i++) {
                channel.connect(receiver.localAddress()).sync();
                assertTrue(channel.isActive() && channel.isConnected());
                channel.writeAndFlush(Unpooled.wrappedBuffer(payload(i, 7))).sync();
                Datagrams.Datagram datagram = inbox.take();
                assertPayload(i, 7, datagram.bytes);
                receiver.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(payload(i, 8)),
                        (InetSocketAddress) datagram.sender)).sync();
                assertPayload(i, 8, events.take().bytes);
                channel.disconnect().sync();
                assertFalse(channel.isActive() || channel.isConnected());
                assertTrue(channel.isOpen());
                assertNull(channel.remoteAddress());
            }
            channel.close().sync();
            assertEquals(List.of("active", "inactive", "active", "inactive", "active", "inactive"), events.events);
        }
    }
}
