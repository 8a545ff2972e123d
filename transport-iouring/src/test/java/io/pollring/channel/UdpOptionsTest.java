/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Each option of {@link IoUringDatagramChannel}, as the kernel has it after it was set. */
@SuppressWarnings("deprecation") // the options of epoll
class UdpOptionsTest {
    private static final int SOL_SOCKET = 1;
    private static final int SOL_UDP = 17;

    private final IoUringDatagramChannel inet = new IoUringDatagramChannel(SocketProtocolFamily.INET);
    private final IoUringDatagramChannel inet6 = new IoUringDatagramChannel(SocketProtocolFamily.INET6);

    @org.junit.jupiter.api.AfterEach
    void close() {
        inet.unsafe().closeForcibly();
        inet6.unsafe().closeForcibly();
    }

    private static int kernel(Channel channel, int level, int name) {
        return channel.config().getOption(new IntegerUnixChannelOption("kernel", level, name));
    }

    private static void flag(IoUringDatagramChannel channel, ChannelOption<Boolean> option, int level, int name,
                             boolean inverted) {
        for (boolean value : new boolean[] {true, false, true}) {
            assertTrue(channel.config().setOption(option, value));
            assertEquals(value ^ inverted, kernel(channel, level, name) != 0, option + " = " + value);
            assertEquals(value, channel.config().getOption(option), option.name());
            assertEquals(value, channel.config().getOptions().get(option), option.name());
        }
    }

    private static void number(IoUringDatagramChannel channel, ChannelOption<Integer> option, int level, int name,
                               int value, int expected) {
        assertTrue(channel.config().setOption(option, value));
        assertEquals(expected, kernel(channel, level, name), option.name());
        assertEquals(expected, channel.config().getOption(option), option.name());
    }

    @Test
    void flagsReachTheKernel() {
        for (IoUringDatagramChannel channel : new IoUringDatagramChannel[] {inet, inet6}) {
            flag(channel, ChannelOption.SO_REUSEADDR, SOL_SOCKET, 2, false);
            flag(channel, ChannelOption.SO_BROADCAST, SOL_SOCKET, 6, false);
            flag(channel, UnixChannelOption.SO_REUSEPORT, SOL_SOCKET, 15, false);
            flag(channel, EpollChannelOption.SO_REUSEPORT, SOL_SOCKET, 15, false);
            flag(channel, EpollChannelOption.IP_FREEBIND, 0, 15, false);
            flag(channel, EpollChannelOption.IP_RECVORIGDSTADDR, 0, 20, false);
            flag(channel, EpollChannelOption.UDP_GRO, SOL_UDP, 104, false);
        }
        flag(inet, ChannelOption.IP_MULTICAST_LOOP_DISABLED, 0, 34, true);
        flag(inet6, ChannelOption.IP_MULTICAST_LOOP_DISABLED, 41, 19, true);
        flag(inet, EpollChannelOption.IP_MULTICAST_ALL, 0, 49, false);
        flag(inet6, EpollChannelOption.IP_MULTICAST_ALL, 41, 29, false);
    }

    @Test
    void aTransparentSocketNeedsAPrivilege() {
        EpollDatagramChannel epoll = new EpollDatagramChannel(SocketProtocolFamily.INET);
        try {
            epoll.config().setOption(EpollChannelOption.IP_TRANSPARENT, true);
            flag(inet, EpollChannelOption.IP_TRANSPARENT, 0, 19, false);
        } catch (io.netty.channel.ChannelException e) {
            // Without CAP_NET_ADMIN both are refused.
            assertThrows(e.getClass(), () -> inet.config().setIpTransparent(true));
            assertFalse(inet.config().isIpTransparent());
        } finally {
            epoll.unsafe().closeForcibly();
        }
    }

    @Test
    void numbersReachTheKernel() {
        for (IoUringDatagramChannel channel : new IoUringDatagramChannel[] {inet, inet6}) {
            // The kernel doubles buffer sizes, for its own use.
            number(channel, ChannelOption.SO_RCVBUF, SOL_SOCKET, 8, 20_000, 40_000);
            number(channel, ChannelOption.SO_SNDBUF, SOL_SOCKET, 7, 20_000, 40_000);
        }
        number(inet, ChannelOption.IP_TOS, 0, 1, 0x10, 0x10);
        number(inet6, ChannelOption.IP_TOS, 41, 67, 0x10, 0x10);
        number(inet, ChannelOption.IP_MULTICAST_TTL, 0, 33, 7, 7);
        number(inet6, ChannelOption.IP_MULTICAST_TTL, 41, 18, 7, 7);
        assertTrue(inet.config().setOption(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 1500));
        assertEquals(1500, inet.config().getOption(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE));
    }

    @Test
    void theInterfaceOfGroupsReachesTheKernel() throws Exception {
        NetworkInterface loopback = NetworkInterface.getByInetAddress(InetAddress.getByName("127.0.0.1"));
        assertNull(inet.config().getNetworkInterface());
        assertNull(inet6.config().getInterface());
        inet.config().setNetworkInterface(loopback);
        inet6.config().setNetworkInterface(loopback);
        ByteBuffer address = inet.config().getOption(new RawUnixChannelOption("IP_MULTICAST_IF", 0, 32, 4));
        byte[] bytes = new byte[4];
        address.get(bytes);
        assertEquals(InetAddress.getByName("127.0.0.1"), InetAddress.getByAddress(bytes));
        assertEquals(loopback.getIndex(), kernel(inet6, 41, 17));
        for (IoUringDatagramChannel channel : new IoUringDatagramChannel[] {inet, inet6}) {
            assertEquals(loopback, channel.config().getOption(ChannelOption.IP_MULTICAST_IF));
            assertTrue(channel.config().getOption(ChannelOption.IP_MULTICAST_ADDR).isLoopbackAddress());
        }
        IoUringDatagramChannel other = new IoUringDatagramChannel(SocketProtocolFamily.INET);
        other.config().setInterface(InetAddress.getByName("127.0.0.1"));
        assertEquals(loopback, other.config().getNetworkInterface());
        other.unsafe().closeForcibly();
    }

    @Test
    void theSetOfOptionsIsThatOfEpollAtLeast() {
        EpollDatagramChannel epoll = new EpollDatagramChannel(SocketProtocolFamily.INET);
        Map<ChannelOption<?>, Object> theirs = epoll.config().getOptions();
        Map<ChannelOption<?>, Object> ours = inet.config().getOptions();
        Set<ChannelOption<?>> missing = new HashSet<>(theirs.keySet());
        missing.removeAll(ours.keySet());
        assertEquals(Set.of(), missing);
        for (ChannelOption<?> option : new ChannelOption<?>[] {
                ChannelOption.SO_BROADCAST, ChannelOption.SO_RCVBUF, ChannelOption.SO_SNDBUF, ChannelOption.IP_TOS,
                ChannelOption.IP_MULTICAST_LOOP_DISABLED, ChannelOption.IP_MULTICAST_IF,
                EpollChannelOption.IP_MULTICAST_ALL, EpollChannelOption.UDP_GRO,
                EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, ChannelOption.MAX_MESSAGES_PER_READ }) {
            assertEquals(theirs.get(option), ours.get(option), option.name());
        }
        // Not an option of either.
        assertEquals(epoll.config().setOption(ChannelOption.TCP_NODELAY, true),
                inet.config().setOption(ChannelOption.TCP_NODELAY, true));
        epoll.unsafe().closeForcibly();
    }

    @Test
    void settersCanBeChained() {
        IoUringDatagramChannelConfig config = inet.config();
        assertSame(config, config.setBroadcast(true).setReuseAddress(true).setReusePort(true).setFreeBind(true)
                .setReceiveBufferSize(9000).setSendBufferSize(9000).setTrafficClass(8).setLoopbackModeDisabled(true)
                .setTimeToLive(3).setIpMulticastAll(true).setIpRecvOrigDestAddr(true).setUdpGro(true)
                .setMaxDatagramPayloadSize(100).setAutoRead(false).setAutoClose(true).setMaxMessagesPerRead(3)
                .setMaxMessagesPerWrite(3).setWriteSpinCount(3).setConnectTimeoutMillis(3)
                .setWriteBufferHighWaterMark(100_000).setWriteBufferLowWaterMark(10));
        assertTrue(config.isBroadcast() && config.isReuseAddress() && config.isReusePort() && config.isFreeBind()
                && config.isLoopbackModeDisabled() && config.isIpMulticastAll() && config.isIpRecvOrigDestAddr()
                && config.isUdpGro());
        assertEquals(18_000, config.getReceiveBufferSize());
        assertEquals(18_000, config.getSendBufferSize());
        assertEquals(8, config.getTrafficClass());
        assertEquals(3, config.getTimeToLive());
        assertEquals(100, config.getMaxDatagramPayloadSize());
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void aChannelCanBeActiveFromItsRegistrationOn(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1)) {
            Datagrams inbox = new Datagrams();
            IoUringDatagramChannel receiver = UdpChannelTest.bind(group, SocketProtocolFamily.INET, inbox);
            Datagrams events = new Datagrams();
            Channel channel = new Bootstrap().group(group.group)
                    .channelFactory(() -> new IoUringDatagramChannel(SocketProtocolFamily.INET)).handler(events)
                    .option(ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION, true).register().sync().channel();
            assertTrue(channel.isActive());
            // Neither bound nor connected, it can write, and hears the answer.
            channel.writeAndFlush(new DatagramPacket(channel.alloc().buffer().writeInt(1), receiver.localAddress()))
                    .sync();
            Datagrams.Datagram datagram = inbox.take();
            receiver.writeAndFlush(new DatagramPacket(channel.alloc().buffer().writeInt(2),
                    new InetSocketAddress("127.0.0.1", ((InetSocketAddress) datagram.sender).getPort()))).sync();
            assertEquals(4, events.take().bytes.length);
            assertEquals(java.util.List.of("active"), events.events);
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void theOriginalRecipientIsTold(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1)) {
            for (int maxPayload : new int[] {0, 500}) {
                for (SocketProtocolFamily family : new SocketProtocolFamily[] {
                        SocketProtocolFamily.INET, SocketProtocolFamily.INET6}) {
                    Datagrams inbox = new Datagrams();
                    IoUringDatagramChannel receiver = (IoUringDatagramChannel)
                            UdpChannelTest.bootstrap(group, family, inbox)
                                    .option(EpollChannelOption.IP_RECVORIGDSTADDR, true)
                                    .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, maxPayload)
                                    .bind(new InetSocketAddress(0)).sync().channel();
                    InetSocketAddress to = new InetSocketAddress("127.0.0.7", receiver.localAddress().getPort());
                    IoUringDatagramChannel sender =
                            UdpChannelTest.bind(group, SocketProtocolFamily.INET, new Datagrams());
                    sender.writeAndFlush(new DatagramPacket(sender.alloc().buffer().writeInt(1), to)).sync();
                    assertEquals(to, inbox.take().recipient);
                }
            }
        }
    }
}
