/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.util.LeakPresenceDetector;
import io.pollring.channel.AbstractIoUringStreamChannel.StreamUnsafe;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Moves bytes with a system call for each read and each write, made when the socket is ready: what Netty's epoll
 * transport does.
 */
final class DirectStreamIo implements StreamIo {
    private final AbstractIoUringStreamChannel channel;
    private final DirectWriter writer;
    private boolean drained;

    DirectStreamIo(AbstractIoUringStreamChannel channel) {
        this.channel = channel;
        writer = new DirectWriter(channel);
    }

    @Override
    public boolean isDrained() {
        return drained;
    }

    @Override
    public void readReady() {
        drained = false;
        StreamUnsafe unsafe = (StreamUnsafe) channel.unsafe();
        ChannelConfig config = channel.config();
        if (unsafe.isInputOver()) {
            unsafe.stopReading();
            return;
        }
        ReadAllocation allocation = unsafe.recvBufAllocHandle();
        ChannelPipeline pipeline = channel.pipeline();
        allocation.reset(config);
        ByteBuf buffer = null;
        boolean atEnd = false;
        try {
            do {
                buffer = allocation.allocate(config.getAllocator());
                int length = receive(buffer, allocation);
                if (length <= 0) {
                    buffer.release();
                    buffer = null;
                    drained = length == 0;
                    atEnd = length < 0;
                    if (atEnd) {
                        unsafe.readPending = false;
                    }
                    break;
                }
                drained = channel.shortReadDrains() && length < allocation.attemptedBytesRead();
                allocation.incMessagesRead(1);
                unsafe.readPending = false;
                ByteBuf message = buffer;
                buffer = null;
                pipeline.fireChannelRead(message);
                // A handler may have shut the input down, or closed the channel: its fd may be another's by now.
                // Or what follows is to be spliced, which the next event does: the socket is not known to be drained
                // then, unless this read has shown it.
            } while (!unsafe.isInputOver() && !channel.isSplicing() && allocation.continueReading());
            allocation.readComplete();
            pipeline.fireChannelReadComplete();
            if (atEnd) {
                unsafe.shutdownInput(true);
            }
        } catch (Throwable t) {
            drained = false;
            readFailed(unsafe, allocation, buffer, t);
        } finally {
            unsafe.readLoopDone();
        }
    }

    private int receive(ByteBuf buffer, ReadAllocation allocation) throws IOException {
        int from = buffer.writerIndex();
        int length = buffer.writableBytes();
        allocation.attemptedBytesRead(length);
        int received;
        if (buffer.hasMemoryAddress()) {
            received = channel.socket.recvAddress(buffer.memoryAddress(), from, from + length);
        } else {
            ByteBuffer nio = buffer.internalNioBuffer(from, length);
            received = channel.socket.recv(nio, nio.position(), nio.limit());
        }
        if (received > 0) {
            buffer.writerIndex(from + received);
        }
        allocation.lastBytesRead(received);
        return received;
    }

    private void readFailed(StreamUnsafe unsafe, ReadAllocation allocation, ByteBuf unread, Throwable cause) {
        if (unread != null) {
            unread.release();
        }
        ChannelPipeline pipeline = channel.pipeline();
        allocation.readComplete();
        pipeline.fireChannelReadComplete();
        pipeline.fireExceptionCaught(cause);
        // Without memory for a buffer the socket would be reported ready again and again.
        if (cause instanceof IOException || cause instanceof OutOfMemoryError
                || cause instanceof LeakPresenceDetector.AllocationProhibitedException) {
            unsafe.shutdownInput(true);
        }
    }

    @Override
    public void write(ChannelOutboundBuffer in) throws Exception {
        writer.write(in);
    }

    @Override
    public void sendBufferChanged() {
        writer.sendBufferChanged();
    }
}
