/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.IovArray;
import io.pollring.channel.IoUringDatagramChannel;
import io.pollring.channel.IoUringEventLoopGroup;
import io.pollring.ring.MessageArray;
import io.pollring.ring.SocketAbi;
import io.pollring.testsuite.harness.Network;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Sends bursts of datagrams with an own channel, over a network whose MTU is smaller than a datagram may be, and looks
 * at which of them shared a send: the receiver gets these together. Exits 0 if they are those that fit the MTU, and all
 * arrive.
 */
public final class BurstProgram implements AutoCloseable {
    private static final int SECONDS = 5;
    private static final int ROOM = 65_535;

    /** Comes first: it loads Netty's library. */
    private final EventLoopGroup group = new IoUringEventLoopGroup(1);
    private final LinuxSocket receiver;
    private final SocketProtocolFamily family;
    private final MessageArray messages = new MessageArray(1);
    private final IovArray buffers = new IovArray();
    private final ByteBuf room = Unpooled.directBuffer(ROOM);

    private BurstProgram() throws Exception {
        InetSocketAddress address = Network.anyPort();
        family = address.getAddress() instanceof Inet6Address ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET;
        receiver = LinuxSocket.newSocketDgram(family);
        receiver.setIntOpt(SocketAbi.SOL_UDP, SocketAbi.UDP_GRO, 1);
        receiver.setReceiveBufferSize(1 << 20);
        receiver.bind(address);
        buffers.add(room, 0, ROOM);
        messages.setBuffers(0, buffers.memoryAddress(0), 1);
    }

    public static void main(String[] args) throws Exception {
        try (BurstProgram program = new BurstProgram()) {
            program.run();
        }
    }

    private void run() throws Exception {
        InetSocketAddress to = receiver.localAddress();
        int mtu = NetworkInterface.getByInetAddress(to.getAddress()).getMTU();
        int largest = mtu - (family == SocketProtocolFamily.INET6 ? 48 : 28);
        check(mtu < 9000, "an MTU of " + mtu + ": there is no datagram that is larger");
        Channel channel = bind(family);
        for (int round = 0; round < 3; round++) {
            expect(channel, to, largest + "*10", largest, 10);
            expect(channel, to, ones(largest + 1, 10), largest + 1, 10);
        }
        // The refusal of some does not change what is sent before and behind them.
        List<Integer> sizes = new ArrayList<>(Collections.nCopies(3, 1000));
        sizes.addAll(Collections.nCopies(3, largest + 2));
        sizes.addAll(Collections.nCopies(4, largest));
        String refused = "1000*3 " + ones(largest + 2, 3) + ' ';
        // The first of the last was to share a send with those that are larger.
        expect(channel, to, refused + largest + "*1 " + largest + "*3", sizes);
        expect(channel, to, refused + largest + "*4", sizes);
        // Fragments, as ever.
        expect(channel, to, ones(20_000, 3), 20_000, 3);
        channel.connect(to).sync();
        expect(channel, null, largest + "*10", largest, 10);
        expect(channel, null, ones(largest + 1, 10), largest + 1, 10);
        channel.close().sync();
        if (family == SocketProtocolFamily.INET) {
            Channel mapped = bind(SocketProtocolFamily.INET6);
            expect(mapped, to, largest + "*10", largest, 10);
            expect(mapped, to, ones(largest + 1, 10), largest + 1, 10);
            mapped.close().sync();
        }
    }

    private Channel bind(SocketProtocolFamily channelFamily) throws Exception {
        return new Bootstrap().group(group).channelFactory(() -> new IoUringDatagramChannel(channelFamily))
                .handler(new ChannelInboundHandlerAdapter())
                .bind(new InetSocketAddress(channelFamily == SocketProtocolFamily.INET6 ? "::" : "0.0.0.0", 0))
                .sync().channel();
    }

    private static String ones(int size, int count) {
        return String.join(" ", Collections.nCopies(count, size + "*1"));
    }

    private void expect(Channel channel, InetSocketAddress to, String expected, int size, int count) throws Exception {
        expect(channel, to, expected, Collections.nCopies(count, size));
    }

    private void expect(Channel channel, InetSocketAddress to, String expected, List<Integer> sizes) throws Exception {
        List<ChannelFuture> futures = new ArrayList<>();
        channel.eventLoop().submit(() -> {
            for (int size : sizes) {
                ByteBuf content = Unpooled.directBuffer(size).writeZero(size);
                futures.add(channel.write(to == null ? content : new DatagramPacket(content, to)));
            }
            channel.flush();
        }).sync();
        for (ChannelFuture future : futures) {
            future.sync();
        }
        String came = receive(sizes.size());
        check(came.equals(expected), "sent as " + came + " and not as " + expected);
        System.out.println("sent: " + expected);
    }

    /** What comes until so many datagrams have: {@code 100*3} are three of one send. */
    private String receive(int count) throws Exception {
        List<String> trains = new ArrayList<>();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        int got = 0;
        while (got < count) {
            check(System.nanoTime() < deadline, "only " + trains + " came");
            if (messages.receiveOne(receiver.intValue()) != 1) {
                Thread.sleep(1);
                continue;
            }
            int bytes = messages.bytes(0);
            int segment = messages.segmentSize(0) == 0 ? bytes : messages.segmentSize(0);
            check(bytes % segment == 0, bytes + " bytes came in pieces of " + segment);
            trains.add(segment + "*" + bytes / segment);
            got += bytes / segment;
        }
        return String.join(" ", trains);
    }

    private static void check(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalStateException(otherwise);
        }
    }

    @Override
    public void close() throws Exception {
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
        receiver.close();
        messages.release();
        buffers.release();
        room.release();
    }
}
