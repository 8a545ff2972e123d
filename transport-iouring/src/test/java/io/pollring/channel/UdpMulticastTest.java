/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.channels.UnresolvedAddressException;
import java.util.Collections;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

/**
 * Groups within this machine. Those of IPv4 go over the loopback interface, which carries them even though it does not
 * say that it can. It has no route for those of IPv6; they need an interface that has, but do not leave by it.
 */
class UdpMulticastTest {
    private static final SocketProtocolFamily INET = SocketProtocolFamily.INET;

    private static NetworkInterface loopback() throws Exception {
        return NetworkInterface.getByInetAddress(InetAddress.getByName("127.0.0.1"));
    }

    private static NetworkInterface via(SocketProtocolFamily family) throws Exception {
        if (family == INET) {
            return loopback();
        }
        for (NetworkInterface candidate : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            if (candidate.isUp() && candidate.supportsMulticast() && !candidate.isLoopback()
                    && address(candidate, family) != null) {
                return candidate;
            }
        }
        // Netty's epoll channel has none to use either.
        return Assumptions.abort("no interface can carry multicast of IPv6");
    }

    private static InetAddress address(NetworkInterface via, SocketProtocolFamily family) {
        for (InetAddress address : Collections.list(via.getInetAddresses())) {
            if (address instanceof Inet4Address == (family == INET)) {
                return address;
            }
        }
        return null;
    }

    private static InetAddress group(SocketProtocolFamily family) throws Exception {
        // "ff01" stays within the machine.
        return InetAddress.getByName(family == INET ? "239.77.5.1" : "ff01::77:1");
    }

    private static IoUringDatagramChannel bindAny(TestGroup group, SocketProtocolFamily family, Datagrams inbox)
            throws Exception {
        return (IoUringDatagramChannel) UdpChannelTest.bootstrap(group, family, inbox)
                .option(ChannelOption.IP_MULTICAST_IF, via(family))
                .bind(new InetSocketAddress(InetAddress.getByName(family == INET ? "0.0.0.0" : "::"), 0))
                .sync().channel();
    }

    @ParameterizedTest
    @CsvSource({
        "RING, INET, false", "RING, INET, true", "RING, INET6, false", "RING, INET6, true", "REVERTED, INET, false",
        "NO_RING, INET6, true", "EPOLL, INET, true"
    })
    void membersHearTheGroupUntilTheyLeave(Mode mode, SocketProtocolFamily family, boolean ofOneSource)
            throws Exception {
        try (TestGroup group = new TestGroup(mode, 1)) {
            NetworkInterface via = via(family);
            Datagrams inbox = new Datagrams();
            IoUringDatagramChannel member = bindAny(group, family, inbox);
            IoUringDatagramChannel sender = (IoUringDatagramChannel)
                    UdpChannelTest.bootstrap(group, family, new Datagrams())
                            .option(ChannelOption.IP_MULTICAST_IF, via)
                            .bind(new InetSocketAddress(address(via, family), 0)).sync().channel();
            InetSocketAddress to = new InetSocketAddress(group(family), member.localAddress().getPort());
            InetAddress source = ofOneSource ? sender.localAddress().getAddress() : null;

            send(sender, to);
            inbox.assertNone();
            for (int i = 0; i < 2; i++) {
                member.joinGroup(group(family), via, source).sync();
                send(sender, to);
                assertEquals(sender.localAddress().getPort(), ((InetSocketAddress) inbox.take().sender).getPort());
                member.leaveGroup(group(family), via, source).sync();
                send(sender, to);
                inbox.assertNone();
            }
            if (!ofOneSource) {
                // The short forms, which look for the interface themselves.
                member.joinGroup(group(family)).sync();
                send(sender, to);
                inbox.take();
                member.leaveGroup(group(family), via, null).sync();
                send(sender, to);
                inbox.assertNone();
                member.joinGroup(to, via).sync();
                send(sender, to);
                inbox.take();
                member.leaveGroup(to, via).sync();
                send(sender, to);
                inbox.assertNone();
            }
        }
    }

    private static void send(IoUringDatagramChannel from, InetSocketAddress to) throws Exception {
        from.writeAndFlush(new DatagramPacket(Unpooled.directBuffer().writeInt(7), to)).sync();
    }

    /** A socket hears only what it has joined itself, unless it is told otherwise. */
    @ParameterizedTest
    @EnumSource(value = SocketProtocolFamily.class, names = { "INET", "INET6" })
    void othersGroupsAreNotHeard(SocketProtocolFamily family) throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1)) {
            Datagrams inbox = new Datagrams();
            Datagrams bystanders = new Datagrams();
            IoUringDatagramChannel member = bindAny(group, family, inbox);
            IoUringDatagramChannel bystander = bindAny(group, family, bystanders);
            member.joinGroup(group(family), via(family), null).sync();
            IoUringDatagramChannel sender = bindAny(group, family, new Datagrams());
            InetSocketAddress to = new InetSocketAddress(group(family), bystander.localAddress().getPort());
            send(sender, to);
            bystanders.assertNone();
            bystander.config().setIpMulticastAll(true);
            send(sender, to);
            bystanders.take();
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void whatTheKernelRefusesFailsThePromise(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1)) {
            IoUringDatagramChannel channel = UdpChannelTest.bind(group, INET, new Datagrams());
            ChannelFuture notAGroup = channel.joinGroup(InetAddress.getByName("127.0.0.1"), loopback(), null).await();
            assertInstanceOf(ChannelException.class, notAGroup.cause());
            ChannelFuture notJoined = channel.leaveGroup(group(INET), loopback(), null).await();
            assertInstanceOf(ChannelException.class, notJoined.cause());
            ChannelFuture ipv6 = channel.joinGroup(group(SocketProtocolFamily.INET6), loopback(), null).await();
            assertFalse(ipv6.isSuccess());
            ChannelFuture mixed = channel.joinGroup(group(INET), loopback(), InetAddress.getByName("::1")).await();
            assertInstanceOf(IllegalArgumentException.class, mixed.cause());
            assertInstanceOf(UnsupportedOperationException.class,
                    channel.block(group(INET), InetAddress.getByName("127.0.0.1")).await().cause());
            assertThrows(NullPointerException.class,
                    () -> channel.joinGroup((InetAddress) null, loopback(), (InetAddress) null));
            // Nothing of it has harmed the channel.
            channel.joinGroup(group(INET), loopback(), null).sync();
            assertThrows(UnresolvedAddressException.class,
                    () -> channel.bind(InetSocketAddress.createUnresolved("nowhere.invalid", 1)).sync());
        }
    }

    /** Netty's own channel and ours hear each other's. */
    @ParameterizedTest
    @EnumSource(Mode.class)
    void membersOfBothTransportsHearTheSame(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1); TestGroup epoll = new TestGroup(Mode.EPOLL, 1)) {
            Datagrams ours = new Datagrams();
            Datagrams theirs = new Datagrams();
            IoUringDatagramChannel own = (IoUringDatagramChannel) UdpChannelTest.bootstrap(group, INET, ours)
                    .option(ChannelOption.SO_REUSEADDR, true)
                    .option(ChannelOption.IP_MULTICAST_IF, loopback())
                    .bind(new InetSocketAddress(InetAddress.getByName("0.0.0.0"), 0)).sync().channel();
            EpollDatagramChannel other = (EpollDatagramChannel) new io.netty.bootstrap.Bootstrap().group(epoll.group)
                    .channelFactory(() -> new EpollDatagramChannel(INET)).handler(theirs)
                    .option(ChannelOption.SO_REUSEADDR, true)
                    .bind(new InetSocketAddress(InetAddress.getByName("0.0.0.0"), own.localAddress().getPort()))
                    .sync().channel();
            own.joinGroup(group(INET), loopback(), null).sync();
            other.joinGroup(group(INET), loopback(), null).sync();
            send(own, new InetSocketAddress(group(INET), own.localAddress().getPort()));
            assertEquals(4, ours.take().bytes.length);
            assertEquals(4, theirs.take().bytes.length);
        }
    }
}
