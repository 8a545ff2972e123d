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

/**
 * Puts flushed messages into a thread's {@link DatagramBatch}, in their order, until one does not fit. Those that follow
 * each other to the same recipient and are of the same size share a send, as far as they may; one that is shorter can be
 * the last of these.
 */
final class DatagramCollector implements MessageProcessor {
    private final DatagramBatch batch;
    /** How many messages each send has. */
    private final int[] lengths = new int[DatagramBatch.MAX_SENDS];
    private DatagramJoins joins;
    private boolean ipv6;
    private int limit;
    private int sends;
    private int messages;
    // The last send.
    private InetSocketAddress recipient;
    private int firstBuffer;
    private int totalBytes;
    /** The size of the messages that may share it, or 0 if none may any more. */
    private int size;
    // The first send, for who has to say what it was that the kernel has refused.
    private InetSocketAddress firstRecipient;
    private int firstSize;

    DatagramCollector(DatagramBatch batch) {
        this.batch = batch;
    }

    /**
     * @param ipv6  whether the socket is one of IPv6
     * @param limit the most messages to collect
     * @param joins which of them may share a send; {@code null} for none
     * @return the number of sends, which is 0 only if the first message is empty
     */
    int collect(ChannelOutboundBuffer in, boolean ipv6, int limit, DatagramJoins joins) throws Exception {
        this.ipv6 = ipv6;
        this.limit = limit;
        this.joins = joins;
        sends = 0;
        messages = 0;
        size = 0;
        try {
            in.forEachFlushedMessage(this);
        } finally {
            // The thread keeps the batch, which must not keep the channel.
            this.joins = null;
            recipient = null;
        }
        return sends;
    }

    /** The number of messages in the first {@code count} sends. */
    int messages(int count) {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            sum += lengths[i];
        }
        return sum;
    }

    /** Where the first send goes; {@code null} if it is to where the socket is connected to. */
    InetSocketAddress firstRecipient() {
        return firstRecipient;
    }

    /** The size of the messages of the first send, but for the last of several. */
    int firstSize() {
        return firstSize;
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
    private boolean add(ByteBuf content, InetSocketAddress to, int segmentSize) {
        int bytes = content.readableBytes();
        int first = batch.buffers.count();
        // An empty message ends the batch, so that it is at the head of the next, where it is dealt with. And one that
        // has no room leaves part of itself behind, which nobody looks at.
        if (bytes == 0 || sends == DatagramBatch.MAX_SENDS
                || !batch.buffers.add(content, content.readerIndex(), bytes)) {
            return false;
        }
        boolean addressed = false;
        if (segmentSize == 0 && fits(bytes)) {
            addressed = to != recipient;
            if (addressed) {
                address(to);
            }
            if ((!addressed || batch.messages.sameRecipient(sends, sends - 1)) && mayJoin()) {
                join(bytes);
                return ++messages < limit;
            }
        }
        if (!addressed) {
            address(to);
        }
        begin(bytes, first, to, segmentSize);
        return ++messages < limit;
    }

    /** Whether there is a send that a message of so many bytes could share, if it goes to the same recipient. */
    private boolean fits(int bytes) {
        return joins != null && bytes <= size && totalBytes + bytes <= DatagramJoins.MAX_BYTES
                && lengths[sends - 1] < DatagramJoins.MAX_SEGMENTS;
    }

    private boolean mayJoin() {
        return lengths[sends - 1] > 1 || joins.allows(size, recipient);
    }

    private void address(InetSocketAddress to) {
        if (to == null) {
            batch.messages.setConnected(sends);
        } else {
            batch.messages.setRecipient(sends, to, ipv6);
        }
    }

    private void join(int bytes) {
        int send = sends - 1;
        MessageArray array = batch.messages;
        array.setBuffers(send, batch.buffers.memoryAddress(firstBuffer), batch.buffers.count() - firstBuffer);
        array.setSegmentSize(send, size);
        totalBytes += bytes;
        lengths[send]++;
        if (bytes < size) {
            size = 0;
        }
    }

    private void begin(int bytes, int first, InetSocketAddress to, int segmentSize) {
        MessageArray array = batch.messages;
        array.setBuffers(sends, batch.buffers.memoryAddress(first), batch.buffers.count() - first);
        // The kernel has nothing to split if all of it fits into the first segment.
        array.setSegmentSize(sends, bytes > segmentSize ? segmentSize : 0);
        if (sends == 0) {
            firstRecipient = to;
            firstSize = bytes;
        }
        lengths[sends++] = 1;
        recipient = to;
        firstBuffer = first;
        totalBytes = bytes;
        size = segmentSize == 0 ? bytes : 0;
    }
}
