/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.Errors;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.internal.RecyclableArrayList;
import io.pollring.channel.AbstractIoUringDatagramChannel.DatagramUnsafe;
import io.pollring.ring.MessageArray;

import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * The ways to read UDP datagrams into one buffer: one of a connected peer, one with its addresses, or several with one
 * system call. Each is fired when all that the kernel has said of it is in Java's hands, as a handler's write uses the
 * same memory.
 *
 * <p>Belongs to the loop's thread.
 */
final class DatagramReader {
    private DatagramReader() { }

    /** @return whether there was something */
    static boolean read(IoUringDatagramChannel channel, DatagramUnsafe unsafe, ReadAllocation allocation)
            throws IOException {
        IoUringDatagramChannelConfig config = channel.config();
        int maxBytes = config.getMaxDatagramPayloadSize();
        ByteBuf buf = allocation.allocate(config.getAllocator());
        boolean connected = channel.isConnected();
        RecyclableArrayList packets = RecyclableArrayList.newInstance();
        try {
            int messages = maxBytes == 0 ? 1 : buf.writableBytes() / maxBytes;
            boolean found;
            if (messages > 1) {
                found = readScattered(channel, allocation, buf, maxBytes, messages, packets);
            } else if (connected && !config.isUdpGro()) {
                found = readConnected(channel, allocation, buf, maxBytes, packets);
            } else {
                found = readOne(channel, allocation, buf, packets);
            }
            int count = packets.size();
            if (count == 0) {
                unsafe.drained = !found;
                return false;
            }
            unsafe.messagesRead(allocation, count);
            ChannelPipeline pipeline = channel.pipeline();
            for (int i = 0; i < count; i++) {
                pipeline.fireChannelRead(packets.set(i, Unpooled.EMPTY_BUFFER));
            }
            return true;
        } catch (Errors.NativeIoException e) {
            throw connected ? DatagramErrors.translate(e) : e;
        } finally {
            for (int i = 0; i < packets.size(); i++) {
                ReferenceCountUtil.release(packets.get(i));
            }
            packets.recycle();
            // Every packet holds a reference of its own.
            buf.release();
        }
    }

    // Each of these says whether the kernel had something, even if no packet came of it.

    private static boolean readConnected(IoUringDatagramChannel channel, ReadAllocation allocation, ByteBuf buf,
                                         int maxBytes, RecyclableArrayList packets) throws IOException {
        int writable = maxBytes == 0 ? buf.writableBytes() : Math.min(buf.writableBytes(), maxBytes);
        allocation.attemptedBytesRead(writable);
        int bytes = Sockets.receive(channel.socket, buf, writable);
        if (bytes <= 0) {
            // 0 is nothing at all, -1 an empty datagram. Netty's channels pass over the latter, and so do we.
            allocation.lastBytesRead(bytes);
            return bytes < 0;
        }
        buf.writerIndex(buf.writerIndex() + bytes);
        allocation.lastBytesRead(maxBytes == 0 ? bytes : writable);
        packets.add(new DatagramPacket(buf.retain(), channel.localAddress(), channel.remoteAddress()));
        return true;
    }

    private static boolean readOne(IoUringDatagramChannel channel, ReadAllocation allocation, ByteBuf buf,
                                   RecyclableArrayList packets) throws IOException {
        int start = buf.writerIndex();
        int writable = buf.writableBytes();
        DatagramBatch batch = DatagramBatch.clean();
        batch.buffers.add(buf, start, writable);
        batch.messages.setBuffers(0, batch.buffers.memoryAddress(0), batch.buffers.count());
        allocation.attemptedBytesRead(writable);
        int received = batch.messages.receiveOne(channel.socket.intValue());
        if (received < 0) {
            // Throws, unless it is only that there is nothing.
            Errors.ioResult("recvmsg", received);
            allocation.lastBytesRead(-1);
            return false;
        }
        int bytes = batch.messages.bytes(0);
        buf.writerIndex(start + bytes);
        // An empty datagram is not the end of anything.
        allocation.lastBytesRead(Math.max(1, bytes));
        addPackets(channel, batch.messages, 0, buf, start, packets);
        return true;
    }

    private static boolean readScattered(IoUringDatagramChannel channel, ReadAllocation allocation, ByteBuf buf,
                                         int maxBytes, int messages, RecyclableArrayList packets) throws IOException {
        int start = buf.writerIndex();
        DatagramBatch batch = DatagramBatch.clean();
        int count = 0;
        while (count < Math.min(messages, DatagramBatch.MAX_SENDS)) {
            int first = batch.buffers.count();
            if (!batch.buffers.add(buf, start + count * maxBytes, maxBytes)) {
                break;
            }
            batch.messages.setBuffers(count, batch.buffers.memoryAddress(first), batch.buffers.count() - first);
            count++;
        }
        allocation.attemptedBytesRead(count * maxBytes);
        int received = batch.messages.receive(channel.socket.intValue(), count);
        if (received < 0) {
            Errors.ioResult("recvmmsg", received);
            allocation.lastBytesRead(-1);
            return false;
        }
        // For allocators the whole room counts: the next buffer has to be as large.
        allocation.lastBytesRead(received * maxBytes);
        buf.writerIndex(start + received * maxBytes);
        for (int i = 0; i < received; i++) {
            addPackets(channel, batch.messages, i, buf, start + i * maxBytes, packets);
        }
        return true;
    }

    /** Adds what was received as message {@code index}: one packet, or those that the kernel had joined. */
    private static void addPackets(IoUringDatagramChannel channel, MessageArray messages, int index, ByteBuf buf,
                                   int start, RecyclableArrayList packets) {
        InetSocketAddress sender = messages.sender(index);
        InetSocketAddress recipient = messages.originalRecipient(index);
        if (recipient == null) {
            recipient = channel.localAddress();
        }
        int bytes = messages.bytes(index);
        int segment = messages.segmentSize(index);
        int position = 0;
        do {
            int length = segment == 0 ? bytes : Math.min(segment, bytes - position);
            packets.add(new DatagramPacket(slice(buf, start + position, length), recipient, sender));
            position += length;
        } while (position < bytes);
    }

    private static ByteBuf slice(ByteBuf buf, int start, int length) {
        return start == buf.readerIndex() && length == buf.readableBytes() ? buf.retain()
                : buf.retainedSlice(start, length);
    }
}
