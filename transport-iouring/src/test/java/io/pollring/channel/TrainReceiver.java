/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.IovArray;
import io.pollring.ring.MessageArray;
import io.pollring.ring.SocketAbi;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

import static org.junit.jupiter.api.Assertions.assertNotNull;

/** A socket that gets datagrams of one send together, over the loopback interface, and those of several apart. */
final class TrainReceiver implements AutoCloseable {
    private static final int ROOM = 65_535;

    private final LinuxSocket socket;
    private final MessageArray messages = new MessageArray(1);
    private final IovArray buffers = new IovArray(1);
    private final ByteBuf room = Unpooled.directBuffer(ROOM);
    private final Queue<byte[]> datagrams = new ArrayDeque<>();

    TrainReceiver(SocketProtocolFamily family) throws Exception {
        socket = LinuxSocket.newSocketDgram(family);
        socket.setIntOpt(SocketAbi.SOL_UDP, SocketAbi.UDP_GRO, 1);
        socket.setReceiveBufferSize(1 << 20);
        socket.bind(UdpChannelTest.loopback(family));
        buffers.add(room, 0, ROOM);
        messages.setBuffers(0, buffers.memoryAddress(0), 1);
    }

    InetSocketAddress address() {
        return socket.localAddress();
    }

    /**
     * Waits until so many datagrams have come, and no more are there.
     *
     * @return the sends that they came with: {@code 100*3+40} is one of three datagrams of 100 bytes and one of 40
     */
    String awaitTrains(long count) throws Exception {
        List<String> trains = new ArrayList<>();
        long[] got = new long[1];
        Await.until(count + " datagrams come; so far " + trains, 5000, () -> {
            while (messages.receiveOne(socket.intValue()) == 1) {
                got[0] += add(trains, messages.bytes(0), messages.segmentSize(0));
            }
            return got[0] >= count;
        });
        while (messages.receiveOne(socket.intValue()) == 1) {
            add(trains, messages.bytes(0), messages.segmentSize(0));
        }
        return String.join(" ", trains);
    }

    private int add(List<String> trains, int bytes, int told) {
        int segment = told == 0 ? bytes : told;
        int count = 0;
        for (int position = 0; position < bytes; position += segment) {
            byte[] datagram = new byte[Math.min(segment, bytes - position)];
            room.getBytes(position, datagram);
            datagrams.add(datagram);
            count++;
        }
        int whole = bytes / segment;
        trains.add(segment + (whole == 1 ? "" : "*" + whole) + (bytes % segment == 0 ? "" : "+" + bytes % segment));
        return count;
    }

    /** The oldest datagram that nobody has taken yet. */
    byte[] take() {
        byte[] datagram = datagrams.poll();
        assertNotNull(datagram, "no datagram is left");
        return datagram;
    }

    @Override
    public void close() throws Exception {
        socket.close();
        messages.release();
        buffers.release();
        room.release();
    }
}
