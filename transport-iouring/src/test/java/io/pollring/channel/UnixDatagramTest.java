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
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultAddressedEnvelope;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.PeerCredentials;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** {@link IoUringDomainDatagramChannel} at work, on our loops in all of their modes and on Netty's own. */
class UnixDatagramTest {

    @TempDir
    Path directory;

    private int names;

    private DomainSocketAddress name() {
        return new DomainSocketAddress(directory.resolve("s" + names++).toString());
    }

    private static Bootstrap bootstrap(TestGroup group, boolean own, Datagrams inbox) {
        return new Bootstrap().group(group.group)
                .channelFactory(() -> own ? new IoUringDomainDatagramChannel() : new EpollDomainDatagramChannel())
                .handler(inbox);
    }

    private IoUringDomainDatagramChannel bind(TestGroup group, Datagrams inbox) throws Exception {
        return (IoUringDomainDatagramChannel) bootstrap(group, true, inbox).bind(name()).sync().channel();
    }

    private static ByteBuf bytes(int length) {
        return Unpooled.directBuffer(Math.max(1, length)).writeZero(length);
    }

    @ParameterizedTest
    @CsvSource({
        "RING, false", "RING, true", "REVERTED, false", "NO_RING, true", "NO_FEATURES, false", "EPOLL, false",
        "EPOLL, true"
    })
    void datagramsGoBothWays(Mode mode, boolean connected) throws Exception {
        try (TestGroup group = new TestGroup(mode, 2)) {
            Datagrams left = new Datagrams();
            Datagrams right = new Datagrams();
            IoUringDomainDatagramChannel a = bind(group, left);
            IoUringDomainDatagramChannel b = bind(group, right);
            if (connected) {
                a.connect(b.localAddress()).sync();
                b.connect(a.localAddress()).sync();
                assertTrue(a.isConnected());
                assertEquals(b.localAddress(), a.remoteAddress());
            }
            exchange(a, b, right, connected);
            exchange(b, a, left, connected);
            a.disconnect().sync();
            assertFalse(a.isOpen(), "as with epoll");
            assertTrue(left.exceptions.isEmpty() && right.exceptions.isEmpty());
        }
    }

    /** Far more than the peer's queue has room for, so that writes wait for reads. */
    private static void exchange(IoUringDomainDatagramChannel from, IoUringDomainDatagramChannel to, Datagrams inbox,
                                 boolean connected) throws Exception {
        List<ChannelFuture> futures = new ArrayList<>();
        List<ByteBuf> buffers = new ArrayList<>();
        TestGroup.run(from.eventLoop(), () -> {
            for (int i = 0; i < 1000; i++) {
                ByteBuf content = i % 4 == 0 ? Unpooled.buffer().writeInt(i).writeZero(i)
                        : i % 4 == 1 ? Unpooled.wrappedBuffer(Unpooled.directBuffer().writeInt(i), bytes(i))
                        : Unpooled.directBuffer().writeInt(i).writeZero(i);
                buffers.add(content);
                futures.add(from.write(i % 3 == 0 && connected ? content
                        : i % 3 == 1 ? new DefaultAddressedEnvelope<>(content, to.localAddress())
                        : new DomainDatagramPacket(content, to.localAddress())));
            }
            from.flush();
        });
        for (int i = 0; i < 1000; i++) {
            Datagrams.Datagram datagram = inbox.take();
            assertEquals(Math.min(2048, 4 + i), datagram.bytes.length);
            assertEquals(i, Unpooled.wrappedBuffer(datagram.bytes).readInt());
            assertEquals(from.localAddress().path(), ((DomainSocketAddress) datagram.sender).path());
            assertEquals(to.localAddress().path(), ((DomainSocketAddress) datagram.recipient).path());
        }
        for (int i = 0; i < 1000; i++) {
            futures.get(i).sync();
            assertEquals(0, buffers.get(i).refCnt());
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void readsCanBeAskedForOneByOne(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1)) {
            for (boolean connected : new boolean[] {false, true}) {
                Datagrams inbox = new Datagrams();
                IoUringDomainDatagramChannel receiver = (IoUringDomainDatagramChannel) bootstrap(group, true, inbox)
                        .option(ChannelOption.AUTO_READ, false).bind(name()).sync().channel();
                IoUringDomainDatagramChannel sender = bind(group, new Datagrams());
                if (connected) {
                    receiver.connect(sender.localAddress()).sync();
                }
                for (int i = 1; i < 5; i++) {
                    sender.writeAndFlush(new DomainDatagramPacket(bytes(i), receiver.localAddress())).sync();
                }
                inbox.assertNone();
                for (int i = 1; i < 5; i++) {
                    receiver.read();
                    assertEquals(i, inbox.take().bytes.length);
                    assertEquals(0, inbox.count());
                }
            }
        }
    }

    /** Does something with a bound channel of either kind. */
    private interface Deed {
        void on(Channel channel) throws Exception;
    }

    private String outcome(TestGroup group, boolean own, Deed deed) throws Exception {
        Channel channel = bootstrap(group, own, new Datagrams()).bind(name()).sync().channel();
        String result = "nothing";
        try {
            deed.on(channel);
        } catch (Throwable t) {
            result = t.getClass().getName().replaceAll("Annotated", "");
        }
        // A channel that closes may still be at it.
        Thread.sleep(20);
        result += " open=" + channel.isOpen() + " active=" + channel.isActive();
        channel.close().sync();
        return result;
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void eachMistakeHasTheExceptionThatEpollHas(Mode mode) throws Exception {
        DomainSocketAddress missing = new DomainSocketAddress(directory.resolve("missing").toString());
        InetSocketAddress inet = new InetSocketAddress("127.0.0.1", 9);
        List<Deed> deeds = new ArrayList<>();
        deeds.add(c -> c.writeAndFlush("a string").sync());
        deeds.add(c -> c.writeAndFlush(new DefaultAddressedEnvelope<>("a string", missing)).sync());
        deeds.add(c -> c.writeAndFlush(new DefaultAddressedEnvelope<>(bytes(1), inet)).sync());
        deeds.add(c -> c.writeAndFlush(new DomainDatagramPacket(bytes(1), missing)).sync());
        deeds.add(c -> c.writeAndFlush(bytes(1)).sync());
        deeds.add(c -> c.writeAndFlush(new DomainDatagramPacket(bytes(10_000_000),
                (DomainSocketAddress) c.localAddress())).sync());
        deeds.add(c -> c.bind(name()).sync());
        deeds.add(c -> c.bind(inet).sync());
        deeds.add(c -> c.connect(missing).sync());
        deeds.add(c -> c.connect(inet).sync());
        deeds.add(c -> {
            c.connect(c.localAddress()).sync();
            c.connect(c.localAddress()).sync();
        });
        deeds.add(c -> {
            c.close().sync();
            c.writeAndFlush(bytes(1)).sync();
        });
        deeds.add(c -> c.config().setOption(ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION, true));
        try (TestGroup group = new TestGroup(mode, 1); TestGroup epoll = new TestGroup(Mode.EPOLL, 1)) {
            for (int i = 0; i < deeds.size(); i++) {
                String expected = outcome(epoll, false, deeds.get(i));
                assertFalse(expected.startsWith("nothing"), "deed " + i);
                assertEquals(expected, outcome(group, true, deeds.get(i)), "deed " + i);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void oneThatCannotBeSentFailsAlone(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1)) {
            Datagrams inbox = new Datagrams();
            IoUringDomainDatagramChannel receiver = bind(group, inbox);
            IoUringDomainDatagramChannel sender = bind(group, new Datagrams());
            DomainSocketAddress missing = name();
            List<ChannelFuture> futures = new ArrayList<>();
            TestGroup.run(group.loop(), () -> {
                for (int i = 0; i < 8; i++) {
                    futures.add(sender.write(new DomainDatagramPacket(bytes(1 + i),
                            i == 3 ? missing : receiver.localAddress())));
                }
                sender.flush();
            });
            for (int i = 0; i < 8; i++) {
                assertEquals(i != 3, futures.get(i).await().isSuccess());
                if (i != 3) {
                    assertEquals(1 + i, inbox.take().bytes.length);
                }
            }
            assertTrue(sender.isActive());
        }
    }

    @Test
    void thePeerIsTheOneThatEpollTells() throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1); TestGroup epoll = new TestGroup(Mode.EPOLL, 1)) {
            IoUringDomainDatagramChannel own = bind(group, new Datagrams());
            EpollDomainDatagramChannel other = (EpollDomainDatagramChannel)
                    bootstrap(epoll, false, new Datagrams()).bind(name()).sync().channel();
            own.connect(other.localAddress()).sync();
            other.connect(own.localAddress()).sync();
            PeerCredentials expected = other.peerCredentials();
            PeerCredentials actual = own.peerCredentials();
            assertEquals(expected.pid(), actual.pid());
            assertEquals(expected.uid(), actual.uid());
            assertEquals(expected.gids()[0], actual.gids()[0]);
        }
    }

    @Test
    void optionsReachTheKernel() {
        IoUringDomainDatagramChannel channel = new IoUringDomainDatagramChannel();
        EpollDomainDatagramChannel epoll = new EpollDomainDatagramChannel();
        try {
            IoUringDomainDatagramChannelConfig config = channel.config();
            assertSame(config, config.setSendBufferSize(20_000).setReceiveBufferSize(30_000).setAutoRead(true)
                    .setMaxMessagesPerRead(3).setWriteSpinCount(3).setConnectTimeoutMillis(1).setAutoClose(true));
            assertEquals(40_000, config.getOption(new IntegerUnixChannelOption("SO_SNDBUF", 1, 7)));
            assertEquals(60_000, config.getOption(new IntegerUnixChannelOption("SO_RCVBUF", 1, 8)));
            assertEquals(40_000, config.getSendBufferSize());
            assertEquals(60_000, config.getOption(ChannelOption.SO_RCVBUF));
            Set<ChannelOption<?>> missing = new HashSet<>(epoll.config().getOptions().keySet());
            missing.removeAll(config.getOptions().keySet());
            assertEquals(Set.of(), missing);
        } finally {
            channel.unsafe().closeForcibly();
            epoll.unsafe().closeForcibly();
        }
    }
}
