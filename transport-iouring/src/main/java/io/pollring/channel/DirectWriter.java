/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.IovArray;
import io.netty.channel.unix.Limits;
import io.netty.channel.unix.SocketWritableByteChannel;
import io.netty.util.concurrent.FastThreadLocal;
import io.pollring.ring.Native;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;

/**
 * Writes what is flushed with system calls until the socket is full or the channel's quantum is used up. Many buffers
 * go in one call. What it learns of a socket is in {@link StreamIo}.
 */
final class DirectWriter {
    /** What a write returns, instead of the number of its system calls, when the socket takes no more. */
    static final int FULL = Integer.MAX_VALUE;
    /** Below this a gathering write that is cut short says nothing of how much the socket takes at a time. */
    private static final int MIN_ADJUSTED_BYTES = 4096;

    private static final FastThreadLocal<IovArray> IOVECS = new FastThreadLocal<IovArray>() {
        @Override
        @SuppressWarnings("deprecation") // The other constructor's memory has to be freed by hand.
        protected IovArray initialValue() {
            // Freed by the garbage collector: a thread that is not Netty's tells nobody when it ends.
            ByteBuffer memory = ByteBuffer.allocateDirect(Limits.IOV_MAX * IovArray.IOV_SIZE)
                    .order(ByteOrder.nativeOrder());
            return new IovArray(Unpooled.wrappedBuffer(memory).setIndex(0, 0));
        }
    };

    private DirectWriter() { }

    /**
     * Writes what is flushed, as much as the socket takes.
     *
     * @param flushes how many there were: each has a quantum of its own
     * @throws Exception if the socket has failed; the channel is then closed
     */
    static void write(AbstractIoUringStreamChannel channel, ChannelOutboundBuffer in, int flushes) throws Exception {
        if (!channel.socket.isOpen()) {
            // It may be long since this was flushed, and the number may be another's by now.
            throw new ClosedChannelException();
        }
        int quantum = (int) Math.min((long) flushes * channel.config().getWriteSpinCount(), FULL - 1);
        do {
            int messages = in.size();
            if (messages == 0) {
                channel.unwant(EpollIoOps.EPOLLOUT);
                return;
            }
            Object message = in.current();
            if (messages > 1 && message instanceof ByteBuf) {
                quantum -= writeMany(channel, in);
            } else {
                quantum -= writeOne(channel, in, message);
            }
            // Not over when all is written: a promise's listener may have flushed more, or closed the channel.
        } while (quantum > 0 && !channel.isGone());
        if (channel.isGone()) {
            return;
        }
        if (quantum == 0) {
            // The socket may still be writable, and other channels have waited long enough.
            channel.unwant(EpollIoOps.EPOLLOUT);
            channel.flushLater();
        } else {
            channel.want(EpollIoOps.EPOLLOUT);
        }
    }

    /** @return the number of system calls made, or {@link #FULL} */
    static int writeOne(AbstractIoUringStreamChannel channel, ChannelOutboundBuffer in, Object message)
            throws Exception {
        if (message instanceof ByteBuf) {
            return writeBuffer(channel, in, (ByteBuf) message);
        }
        if (message instanceof DefaultFileRegion) {
            return writeFile(channel, in, (DefaultFileRegion) message);
        }
        if (message instanceof FileRegion) {
            return writeRegion(channel, in, (FileRegion) message);
        }
        return channel.writeOther(in, message);
    }

    private static int writeBuffer(AbstractIoUringStreamChannel channel, ChannelOutboundBuffer in, ByteBuf buffer)
            throws Exception {
        int length = buffer.readableBytes();
        if (length == 0) {
            in.remove();
            return 0;
        }
        if (!buffer.hasMemoryAddress() && buffer.nioBufferCount() > 1) {
            return writeMany(channel, in);
        }
        int written;
        if (buffer.hasMemoryAddress()) {
            written = channel.socket.sendAddress(buffer.memoryAddress(), buffer.readerIndex(), buffer.writerIndex());
        } else {
            ByteBuffer nio = buffer.internalNioBuffer(buffer.readerIndex(), length);
            written = channel.socket.send(nio, nio.position(), nio.limit());
        }
        if (written <= 0) {
            return FULL;
        }
        in.removeBytes(written);
        return 1;
    }

    private static int writeMany(AbstractIoUringStreamChannel channel, ChannelOutboundBuffer in) throws Exception {
        int max = maxGatheredBytes(channel);
        IovArray array = IOVECS.get();
        array.clear();
        array.maxBytes(max);
        in.forEachFlushedMessage(array);
        if (array.count() == 0) {
            // Nothing but empty buffers.
            in.removeBytes(0);
            return 0;
        }
        long attempted = array.size();
        long written = channel.socket.writevAddresses(array.memoryAddress(0), array.count());
        if (written <= 0) {
            return FULL;
        }
        adjustMaxGatheredBytes(channel.io, attempted, written, max);
        in.removeBytes(written);
        return 1;
    }

    private static int maxGatheredBytes(AbstractIoUringStreamChannel channel) throws IOException {
        int max = channel.io.maxGatheredBytes;
        if (max == 0) {
            // The kernel keeps half of SO_SNDBUF's value for its own records, and grows it with the connection.
            int sendBuffer = channel.socket.getSendBufferSize();
            max = sendBuffer > 0 ? clamp((long) sendBuffer << 1) : Integer.MAX_VALUE;
            channel.io.maxGatheredBytes = max;
        }
        return max;
    }

    private static void adjustMaxGatheredBytes(StreamIo io, long attempted, long written, int max) {
        if (attempted == written) {
            if (attempted << 1 > max) {
                io.maxGatheredBytes = clamp(attempted << 1);
            }
        } else if (attempted > MIN_ADJUSTED_BYTES && written < attempted >>> 1) {
            io.maxGatheredBytes = clamp(attempted >>> 1);
        }
    }

    private static int clamp(long bytes) {
        return (int) Math.min(bytes, Integer.MAX_VALUE);
    }

    private static int writeFile(AbstractIoUringStreamChannel channel, ChannelOutboundBuffer in,
                                 DefaultFileRegion region) throws Exception {
        long offset = region.transferred();
        long left = region.count() - offset;
        if (left <= 0) {
            in.remove();
            return 0;
        }
        region.open();
        long written = Native.sendFile(channel.socket.intValue(), region, region.position() + offset, left);
        if (written == Native.NO_FILE) {
            return writeRegion(channel, in, region);
        }
        if (written > 0) {
            return progress(in, region, written);
        }
        if (written == 0) {
            channel.checkFileRegion(region, offset);
        }
        return FULL;
    }

    private static int writeRegion(AbstractIoUringStreamChannel channel, ChannelOutboundBuffer in, FileRegion region)
            throws IOException {
        if (region.transferred() >= region.count()) {
            in.remove();
            return 0;
        }
        // Not kept: most channels write none of these, and there may be a great many channels.
        long written = region.transferTo(new RegionChannel(channel), region.transferred());
        return written > 0 ? progress(in, region, written) : FULL;
    }

    private static int progress(ChannelOutboundBuffer in, FileRegion region, long written) {
        in.progress(written);
        if (region.transferred() >= region.count()) {
            in.remove();
        }
        return 1;
    }

    /** Where a region that is no file writes its bytes. */
    private static final class RegionChannel extends SocketWritableByteChannel {
        private final AbstractIoUringStreamChannel channel;

        RegionChannel(AbstractIoUringStreamChannel channel) {
            super(channel.socket);
            this.channel = channel;
        }

        @Override
        protected int write(ByteBuffer buffer, int from, int to) throws IOException {
            return channel.socket.send(buffer, from, to);
        }

        @Override
        protected ByteBufAllocator alloc() {
            return channel.alloc();
        }
    }
}
