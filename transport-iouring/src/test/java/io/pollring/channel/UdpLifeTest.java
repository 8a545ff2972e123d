/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.util.ReferenceCountUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Sockets from elsewhere, channels that change their loop, and what a read says of what it has left. */
class UdpLifeTest {
    private static final SocketProtocolFamily INET = SocketProtocolFamily.INET;

    @ParameterizedTest
    @CsvSource({"RING, false", "RING, true", "REVERTED, true", "NO_RING, false", "EPOLL, true"})
    void aSocketFromElsewhereGoesOn(Mode mode, boolean connected) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1); DatagramSocket peer =
                new DatagramSocket(UdpChannelTest.loopback(INET))) {
            peer.setSoTimeout(5000);
            LinuxSocket socket = LinuxSocket.newSocketDgram(INET);
            socket.bind(UdpChannelTest.loopback(INET));
            if (connected) {
                socket.connect(peer.getLocalSocketAddress());
            }
            InetSocketAddress local = socket.localAddress();
            // It may wait in the socket when the channel is made.
            peer.send(new java.net.DatagramPacket(new byte[3], 3, local));
            Datagrams inbox = new Datagrams();
            IoUringDatagramChannel channel = new IoUringDatagramChannel(socket.intValue());
            channel.pipeline().addLast(inbox);
            assertTrue(channel.isActive());
            assertEquals(connected, channel.isConnected());
            assertEquals(local, channel.localAddress());
            group.group.register(channel).sync();
            assertEquals(3, inbox.take().bytes.length);
            channel.writeAndFlush(connected ? Unpooled.directBuffer().writeInt(1) : new DatagramPacket(
                    Unpooled.directBuffer().writeInt(1), (InetSocketAddress) peer.getLocalSocketAddress())).sync();
            java.net.DatagramPacket packet = new java.net.DatagramPacket(new byte[10], 10);
            peer.receive(packet);
            assertEquals(4, packet.getLength());
            channel.close().sync();
        }
    }

    @Test
    void aDescriptorThatIsNotASocketIsRefused() {
        assertThrows(ChannelException.class, () -> new IoUringDatagramChannel(1 << 20));
        assertThrows(IllegalArgumentException.class, () -> new IoUringDatagramChannel(-1));
        assertThrows(IllegalArgumentException.class, () -> new IoUringDatagramChannel(SocketProtocolFamily.UNIX));
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void closeComesBehindWhatWasFlushed(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1); DatagramSocket peer =
                new DatagramSocket(UdpChannelTest.loopback(INET))) {
            peer.setSoTimeout(5000);
            IoUringDatagramChannel channel = UdpChannelTest.bind(group, INET, new Datagrams());
            InetSocketAddress to = (InetSocketAddress) peer.getLocalSocketAddress();
            TestGroup.run(group.loop(), () -> {
                for (int i = 1; i <= 30; i++) {
                    channel.write(new DatagramPacket(Unpooled.directBuffer().writeZero(i), to));
                }
                channel.flush();
                channel.close();
            });
            java.net.DatagramPacket packet = new java.net.DatagramPacket(new byte[100], 100);
            for (int i = 1; i <= 30; i++) {
                peer.receive(packet);
                assertEquals(i, packet.getLength());
                packet.setLength(100);
            }
            assertFalse(channel.isOpen());
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void aChannelCanChangeItsLoop(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 2); DatagramSocket peer =
                new DatagramSocket(UdpChannelTest.loopback(INET))) {
            Datagrams inbox = new Datagrams();
            IoUringDatagramChannel channel = UdpChannelTest.bind(group, INET, inbox);
            for (int i = 0; i < 6; i++) {
                channel.deregister().sync();
                peer.send(new java.net.DatagramPacket(new byte[1 + i], 1 + i, channel.localAddress()));
                inbox.assertNone();
                group.loop(i % 2).register(channel).sync();
                channel.read();
                assertEquals(1 + i, inbox.take().bytes.length);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"RING, 0", "RING, 512", "REVERTED, 0", "NO_RING, 512", "EPOLL, 0"})
    void nothingIsReadOnceAHandlerHasClosedTheChannel(Mode mode, int maxPayload) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1); DatagramSocket peer =
                new DatagramSocket(UdpChannelTest.loopback(INET))) {
            List<Throwable> exceptions = new CopyOnWriteArrayList<>();
            AtomicInteger messages = new AtomicInteger();
            Channel channel = UdpChannelTest.bootstrap(group, INET, new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object msg) {
                    ReferenceCountUtil.release(msg);
                    messages.incrementAndGet();
                    ctx.close();
                }

                @Override
                public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                    exceptions.add(cause);
                }
            }).option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, maxPayload)
                    .bind(UdpChannelTest.loopback(INET)).sync().channel();
            TestGroup.run(group.loop(), () -> {
                for (int i = 0; i < 10; i++) {
                    peer.send(new java.net.DatagramPacket(new byte[1], 1, channel.localAddress()));
                }
            });
            channel.closeFuture().sync();
            // The read loop is over when another task runs.
            TestGroup.run(group.loop(), () -> { });
            // As Netty's channels tell it.
            assertEquals(List.of(ClosedChannelException.class),
                    exceptions.stream().map(Object::getClass).collect(Collectors.toList()));
            assertTrue(messages.get() == 1 || maxPayload > 0, "messages: " + messages);
        }
    }

    /** A handler that writes while it reads uses the very memory that the datagrams were read with. */
    @ParameterizedTest
    @EnumSource(Mode.class)
    void echoesOfABatchAreRight(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1); DatagramSocket peer =
                new DatagramSocket(UdpChannelTest.loopback(INET))) {
            peer.setSoTimeout(5000);
            ChannelInboundHandlerAdapter echo = new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object msg) {
                    DatagramPacket packet = (DatagramPacket) msg;
                    ctx.writeAndFlush(new DatagramPacket(packet.content(), packet.sender()));
                }
            };
            IoUringDatagramChannel channel = (IoUringDatagramChannel) UdpChannelTest.bootstrap(group, INET, echo)
                    .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 128)
                    .bind(UdpChannelTest.loopback(INET)).sync().channel();
            TestGroup.run(group.loop(), () -> {
                for (int i = 0; i < 40; i++) {
                    byte[] bytes = new byte[1 + i];
                    bytes[i] = (byte) i;
                    peer.send(new java.net.DatagramPacket(bytes, bytes.length, channel.localAddress()));
                }
            });
            for (int i = 0; i < 40; i++) {
                java.net.DatagramPacket packet = new java.net.DatagramPacket(new byte[200], 200);
                peer.receive(packet);
                assertEquals(1 + i, packet.getLength());
                assertEquals(i, packet.getData()[i]);
            }
        }
    }

    /** A loop that is told "drained" while something waits would never look again. */
    @ParameterizedTest
    @CsvSource({"false, 0", "true, 0", "false, 512", "true, 512"})
    void drainedMeansThatTheKernelHasSaidSo(boolean connected, int maxPayload) throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1); DatagramSocket peer =
                new DatagramSocket(UdpChannelTest.loopback(INET))) {
            IoUringDatagramChannel channel = (IoUringDatagramChannel)
                    UdpChannelTest.bootstrap(group, INET, new Datagrams())
                    .option(ChannelOption.AUTO_READ, false)
                    .option(ChannelOption.MAX_MESSAGES_PER_READ, 1)
                    .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, maxPayload)
                    .bind(UdpChannelTest.loopback(INET)).sync().channel();
            if (connected) {
                channel.connect(peer.getLocalSocketAddress()).sync();
            }
            AbstractIoUringUnsafe unsafe = (AbstractIoUringUnsafe) channel.unsafe();
            TestGroup.run(group.loop(), () -> {
                unsafe.readReady();
                assertTrue(unsafe.drained, "nothing there");
                for (int size : new int[] {0, 3, 0, 5}) {
                    peer.send(new java.net.DatagramPacket(new byte[size], size, channel.localAddress()));
                }
                // One datagram a read, or four; each of them may be the last but none proves it.
                for (int left = 4; left > 0; left -= maxPayload == 0 ? 1 : 4) {
                    unsafe.readReady();
                    assertFalse(unsafe.drained, left + " were left");
                }
                unsafe.readReady();
                assertTrue(unsafe.drained);
            });
        }
    }

    /** No buffer is lost on any of the ways that a read can end. */
    @ParameterizedTest
    @CsvSource({"false, 0", "true, 0", "false, 512"})
    void everyBufferIsReleased(boolean connected, int maxPayload) throws Exception {
        List<ByteBuf> buffers = new ArrayList<>();
        AtomicInteger failures = new AtomicInteger();
        try (TestGroup group = new TestGroup(Mode.RING, 1); DatagramSocket peer =
                new DatagramSocket(UdpChannelTest.loopback(INET))) {
            Datagrams inbox = new Datagrams();
            Channel channel = UdpChannelTest.bootstrap(group, INET, inbox)
                    .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, maxPayload)
                    .option(ChannelOption.ALLOCATOR, new Remembering(buffers, failures))
                    .bind(UdpChannelTest.loopback(INET)).sync().channel();
            if (connected) {
                channel.connect(peer.getLocalSocketAddress()).sync();
            }
            for (int i = 0; i < 20; i++) {
                if (i == 10) {
                    failures.set(1);
                }
                peer.send(new java.net.DatagramPacket(new byte[1 + i], 1 + i, channel.localAddress()));
                assertEquals(1 + i, inbox.take().bytes.length);
            }
            assertEquals(1, inbox.exceptions.size());
            assertTrue(inbox.exceptions.get(0) instanceof OutOfMemoryError, inbox.exceptions::toString);
            channel.close().sync();
        }
        assertFalse(buffers.isEmpty());
        for (ByteBuf buffer : buffers) {
            assertEquals(0, buffer.refCnt());
        }
    }

    /** Keeps what it gives out, and has no memory now and then. */
    private static final class Remembering extends AbstractByteBufAllocator {
        private final List<ByteBuf> buffers;
        private final AtomicInteger failures;

        Remembering(List<ByteBuf> buffers, AtomicInteger failures) {
            super(true);
            this.buffers = buffers;
            this.failures = failures;
        }

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            return UnpooledByteBufAllocator.DEFAULT.heapBuffer(initialCapacity, maxCapacity);
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            if (failures.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                throw new OutOfMemoryError("as the test wants it");
            }
            ByteBuf buffer = UnpooledByteBufAllocator.DEFAULT.directBuffer(initialCapacity, maxCapacity);
            buffers.add(buffer);
            return buffer;
        }
    }
}
