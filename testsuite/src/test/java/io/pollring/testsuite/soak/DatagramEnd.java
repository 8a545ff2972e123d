/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DatagramPacket;

import java.io.IOException;
import java.util.BitSet;
import java.util.zip.CRC32;

/**
 * One of two UDP sockets that are connected to each other. A datagram may be lost; what comes must be right: it has the
 * connection's id, its side, its number, bytes, and a checksum of all that.
 */
final class DatagramEnd extends SoakEnd {
    private static final int MAX_BYTES = 1400;
    private static final int HEADER = Long.BYTES + 1 + Long.BYTES;
    /** More than this many lost in a row are a stall, if time passes as well. */
    private static final int MAX_LOST = 16;

    private final BytePattern outgoing;
    private final BitSet seen = new BitSet();
    private volatile long peerSentAtLast;

    DatagramEnd(SoakConnection connection, boolean isClient) {
        super(connection, isClient);
        outgoing = new BytePattern(connection.id, isClient);
    }

    @Override
    void send(int bytes, int writes) {
        if (connection.ending != null || closed) {
            return;
        }
        for (int i = 0; i < writes; i++) {
            int count = Math.min(bytes, MAX_BYTES);
            ByteBuf datagram = channel.alloc().buffer(HEADER + count + Long.BYTES)
                    .writeLong(connection.id).writeBoolean(isClient).writeLong(sent);
            outgoing.write(datagram, sent, count);
            datagram.writeLong(checksum(datagram, datagram.readableBytes()));
            sent++;
            checkWrite(channel.write(datagram));
        }
        channel.flush();
        connection.counts().count(SoakEvent.SEND);
    }

    private static long checksum(ByteBuf datagram, int length) {
        CRC32 crc = new CRC32();
        crc.update(datagram.nioBuffer(datagram.readerIndex(), length));
        return crc.getValue();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf datagram = message instanceof DatagramPacket ? ((DatagramPacket) message).content() : (ByteBuf) message;
        try {
            int length = datagram.readableBytes() - Long.BYTES;
            if (length < HEADER || datagram.getLong(datagram.readerIndex() + length) != checksum(datagram, length)) {
                connection.violated(this, "a wrong datagram of " + datagram.readableBytes() + " bytes");
                return;
            }
            long id = datagram.readLong();
            boolean fromClient = datagram.readBoolean();
            long number = datagram.readLong();
            datagram.writerIndex(datagram.writerIndex() - Long.BYTES);
            if (new BytePattern(id, fromClient).firstWrong(datagram, number) >= 0) {
                connection.violated(this, "datagram " + number + " of connection " + id + " has a wrong byte");
            }
            // Before this socket was connected it may have heard one that meant its port's last owner.
            if (id == connection.id && fromClient != isClient) {
                taken(number, datagram.readableBytes());
            }
        } finally {
            datagram.release();
        }
    }

    private void taken(long number, int bytes) {
        // A socket that has moved sends from another processor, so that one may overtake another.
        if (seen.get((int) number)) {
            connection.violated(this, "datagram " + number + " has come twice");
        }
        seen.set((int) number);
        peerSentAtLast = other().sent;
        received++;
        connection.counts().datagrams.increment();
        connection.counts().bytes.add(bytes);
    }

    @Override
    void end(Ending ending, int lastBytes) {
        channel.close();
        other().post(() -> other().channel.close());
    }

    @Override
    boolean isExcused(Throwable cause) {
        return connection.ending != null && cause instanceof IOException || super.isExcused(cause);
    }

    @Override
    boolean isAwaiting() {
        return !paused && other().sent - peerSentAtLast > MAX_LOST;
    }
}
