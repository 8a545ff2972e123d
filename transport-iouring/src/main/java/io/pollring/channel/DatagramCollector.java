/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundBuffer.MessageProcessor;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.pollring.ring.MessageArray;

import java.net.InetSocketAddress;

/** Puts flushed messages into a thread's {@link DatagramBatch}, in their order, until one does not fit. */
final class DatagramCollector implements MessageProcessor {
    private final DatagramBatch batch;
    private boolean ipv6;
    private int limit;
    private int count;

    DatagramCollector(DatagramBatch batch) {
        this.batch = batch;
    }

    /**
     * @param ipv6  whether the socket is one of IPv6
     * @param limit the most messages to collect
     * @return the number of messages collected; 0 only if the first one is empty
     */
    int collect(ChannelOutboundBuffer in, boolean ipv6, int limit) throws Exception {
        this.ipv6 = ipv6;
        this.limit = Math.min(limit, DatagramBatch.MAX_MESSAGES);
        count = 0;
        in.forEachFlushedMessage(this);
        return count;
    }

    @Override
    @SuppressWarnings("unchecked") // the channel has let no other content and recipient through
    public boolean processMessage(Object msg) {
        if (msg instanceof ByteBuf) {
            return add((ByteBuf) msg, null, 0);
        }
        AddressedEnvelope<ByteBuf, InetSocketAddress> envelope = (AddressedEnvelope<ByteBuf, InetSocketAddress>) msg;
        int segmentSize = msg instanceof SegmentedDatagramPacket ? ((SegmentedDatagramPacket) msg).segmentSize() : 0;
        return add(envelope.content(), envelope.recipient(), segmentSize);
    }

    /** @return whether to go on */
    private boolean add(ByteBuf content, InetSocketAddress recipient, int segmentSize) {
        int bytes = content.readableBytes();
        int first = batch.buffers.count();
        // An empty message ends the batch, so that it is at the head of the next, where it is dealt with. And one that
        // has no room leaves part of itself behind, which nobody looks at.
        if (bytes == 0 || !batch.buffers.add(content, content.readerIndex(), bytes)) {
            return false;
        }
        MessageArray messages = batch.messages;
        messages.setBuffers(count, batch.buffers.memoryAddress(first), batch.buffers.count() - first);
        if (recipient == null) {
            messages.setConnected(count);
        } else {
            messages.setRecipient(count, recipient, ipv6);
        }
        // The kernel has nothing to split if all of it fits into the first segment.
        messages.setSegmentSize(count, bytes > segmentSize ? segmentSize : 0);
        return ++count < limit;
    }
}
