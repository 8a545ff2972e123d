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
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DomainSocketAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What goes wrong with UDP goes wrong as with Netty's epoll channel, and harms nothing else. */
@SuppressWarnings("deprecation") // the options of epoll
class UdpErrorsTest {
    private static final SocketProtocolFamily INET = SocketProtocolFamily.INET;

    /** Does something with a bound channel of either kind. */
    private interface Deed {
        void on(Channel channel) throws Exception;
    }

    private static Channel bind(TestGroup group, boolean own, Datagrams inbox) throws Exception {
        return new Bootstrap().group(group.group)
                .channelFactory(() -> own ? new IoUringDatagramChannel(INET) : new EpollDatagramChannel(INET))
                .handler(inbox).bind(UdpChannelTest.loopback(INET)).sync().channel();
    }

    /** The exception that comes of a deed, by its class, and what the channel is like after it. */
    private static String outcome(TestGroup group, boolean own, Deed deed) throws Exception {
        Channel channel = bind(group, own, new Datagrams());
        String result = "nothing";
        try {
            deed.on(channel);
        } catch (Throwable t) {
            result = t.getClass().getName().replaceAll("Annotated", "");
        }
        result += " open=" + channel.isOpen() + " active=" + channel.isActive();
        channel.close().sync();
        return result;
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void eachMistakeHasTheExceptionThatEpollHas(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1); TestGroup epoll = new TestGroup(Mode.EPOLL, 1)) {
            List<Deed> deeds = mistakes();
            for (int i = 0; i < deeds.size(); i++) {
                String expected = outcome(epoll, false, deeds.get(i));
                assertEquals(expected, outcome(group, true, deeds.get(i)), "deed " + i);
                assertTrue(!expected.startsWith("nothing") || i == 0, "deed " + i + ": " + expected);
            }
        }
    }

    private static List<Deed> mistakes() throws Exception {
        InetSocketAddress somewhere = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 9);
        InetSocketAddress somewhere6 = new InetSocketAddress(InetAddress.getByName("::1"), 9);
        InetSocketAddress unresolved = InetSocketAddress.createUnresolved("nowhere.invalid", 9);
        SocketAddress unix = new DomainSocketAddress("/tmp/nowhere");
        SocketAddress foreign = new SocketAddress() { };
        List<Deed> deeds = new ArrayList<>();
        deeds.add(c -> { });
        deeds.add(c -> write(c, "a string"));
        deeds.add(c -> write(c, new DefaultAddressedEnvelope<>("a string", somewhere)));
        deeds.add(c -> write(c, new DefaultAddressedEnvelope<>(bytes(1), unix)));
        deeds.add(c -> write(c, new DefaultAddressedEnvelope<>(bytes(1), unresolved)));
        deeds.add(c -> write(c, new DatagramPacket(bytes(1), unresolved)));
        deeds.add(c -> write(c, bytes(1)));
        deeds.add(c -> write(c, new DatagramPacket(bytes(70_000), somewhere)));
        deeds.add(c -> write(c, new DatagramPacket(bytes(1), somewhere6)));
        deeds.add(c -> write(c, new DatagramPacket(bytes(1), new InetSocketAddress("255.255.255.255", 9))));
        deeds.add(c -> c.bind(somewhere).sync());
        deeds.add(c -> c.connect(unresolved).sync());
        deeds.add(c -> c.connect(somewhere6).sync());
        deeds.add(c -> c.connect(unix).sync());
        deeds.add(c -> c.connect(foreign).sync());
        deeds.add(c -> {
            c.connect(somewhere).sync();
            c.connect(somewhere).sync();
        });
        deeds.add(c -> {
            c.close().sync();
            write(c, new DatagramPacket(bytes(1), somewhere));
        });
        deeds.add(c -> {
            c.disconnect().sync();
            write(c, new DatagramPacket(bytes(1), somewhere));
        });
        deeds.add(c -> c.config().setOption(ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION, true));
        deeds.add(c -> c.config().setOption(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, -1));
        deeds.add(c -> c.config().setOption(ChannelOption.SO_BROADCAST, null));
        deeds.add(c -> c.config().setOption(ChannelOption.IP_MULTICAST_TTL, 300));
        deeds.add(c -> c.config().setOption(ChannelOption.IP_MULTICAST_TTL, -2));
        deeds.add(c -> c.config().setOption(ChannelOption.IP_MULTICAST_ADDR, InetAddress.getByName("203.0.113.1")));
        deeds.add(c -> {
            c.close().sync();
            c.config().setOption(ChannelOption.SO_RCVBUF, 10_000);
        });
        deeds.add(c -> {
            c.close().sync();
            c.config().getOption(ChannelOption.SO_RCVBUF);
        });
        deeds.add(c -> ((io.netty.channel.socket.DatagramChannel) c)
                .block(InetAddress.getByName("239.1.2.3"), java.net.NetworkInterface.getByIndex(1),
                        InetAddress.getByName("127.0.0.1")).sync());
        return deeds;
    }

    private static ByteBuf bytes(int length) {
        return Unpooled.directBuffer(length).writeZero(length);
    }

    /** Writes, waits, and sees that the message is released whatever comes of it. */
    private static void write(Channel channel, Object message) throws Exception {
        Object content = message instanceof DefaultAddressedEnvelope
                ? ((DefaultAddressedEnvelope<?, ?>) message).content() : message;
        try {
            channel.writeAndFlush(message).sync();
        } finally {
            if (content instanceof ByteBuf) {
                assertEquals(0, ((ByteBuf) content).refCnt());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void oneThatCannotBeSentFailsAlone(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1)) {
            Datagrams inbox = new Datagrams();
            Channel receiver = bind(group, true, inbox);
            Channel sender = bind(group, true, new Datagrams());
            InetSocketAddress to = TestGroup.address(receiver);
            List<ChannelFuture> futures = new ArrayList<>();
            TestGroup.run(group.loop(), () -> {
                for (int i = 0; i < 20; i++) {
                    // Too long, of no length, of another family, and four in five that are right.
                    int length = i == 5 ? 70_000 : i == 10 ? 0 : 1 + i;
                    futures.add(sender.write(new DatagramPacket(bytes(length),
                            i == 15 ? new InetSocketAddress(InetAddress.getByName("::1"), 9) : to)));
                }
                sender.flush();
            });
            for (int i = 0; i < 20; i++) {
                ChannelFuture future = futures.get(i).await();
                assertEquals(i != 5 && i != 15, future.isSuccess(), "datagram " + i);
                if (future.isSuccess() && i != 10) {
                    assertEquals(1 + i, inbox.take().bytes.length);
                }
            }
            inbox.assertNone();
            assertTrue(sender.isActive());
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void aClosedPortIsReportedOnceForEachAnswer(Mode mode) throws Exception {
        for (int batch : new int[] {1, 3}) {
            assertEquals(refused(Mode.EPOLL, false, batch), refused(mode, true, batch));
        }
    }

    /** What a connected channel hears whose peer is gone. */
    private static String refused(Mode mode, boolean own, int batch) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1); UnreachablePort nobody = new UnreachablePort()) {
            Datagrams inbox = new Datagrams();
            Channel channel = bind(group, own, inbox);
            channel.connect(nobody.address()).sync();
            List<ChannelFuture> futures = new ArrayList<>();
            TestGroup.run(group.loop(), () -> {
                for (int i = 0; i < batch; i++) {
                    futures.add(channel.write(bytes(1)));
                }
                channel.flush();
            });
            StringBuilder result = new StringBuilder();
            int failed = 0;
            for (ChannelFuture future : futures) {
                if (!future.await().isSuccess()) {
                    failed++;
                    if (own) {
                        assertInstanceOf(PortUnreachableException.class, future.cause());
                    }
                }
            }
            result.append(failed).append(" writes failed, ");
            Await.until("the answer is heard", 5000, () -> !inbox.exceptions.isEmpty());
            result.append(inbox.exceptions.get(0).getClass()).append(' ').append(inbox.exceptions.size());
            // And it still works, once there is somebody.
            DatagramSocket socket = nobody.listen();
            socket.setSoTimeout(5000);
            channel.writeAndFlush(bytes(4)).sync();
            java.net.DatagramPacket packet = new java.net.DatagramPacket(new byte[10], 10);
            socket.receive(packet);
            result.append(" then ").append(packet.getLength());
            socket.send(new java.net.DatagramPacket(new byte[6], 6, channel.localAddress()));
            result.append(" and ").append(inbox.take().bytes.length);
            return result.toString();
        }
    }

    /** A connected channel passes over empty datagrams, as epoll's does, and takes those that follow. */
    @ParameterizedTest
    @EnumSource(Mode.class)
    void emptyDatagramsHoldUpNothing(Mode mode) throws Exception {
        for (boolean connected : new boolean[] {false, true}) {
            for (boolean own : new boolean[] {false, true}) {
                try (TestGroup group = new TestGroup(own ? mode : Mode.EPOLL, 1); DatagramSocket peer =
                        new DatagramSocket(UdpChannelTest.loopback(INET))) {
                    Datagrams inbox = new Datagrams();
                    Channel channel = bind(group, own, inbox);
                    if (connected) {
                        channel.connect(peer.getLocalSocketAddress()).sync();
                    }
                    for (int size : new int[] {0, 0, 3, 0, 5, 0, 0, 7}) {
                        peer.send(new java.net.DatagramPacket(new byte[size], size, channel.localAddress()));
                    }
                    for (int size : connected ? new int[] {3, 5, 7} : new int[] {0, 0, 3, 0, 5, 0, 0, 7}) {
                        assertEquals(size, inbox.take().bytes.length);
                    }
                    inbox.assertNone();
                }
            }
        }
    }
}
