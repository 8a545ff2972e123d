/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import io.netty.buffer.ByteBuf;
import io.netty.channel.DefaultAddressedEnvelope;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.SegmentedDatagramPacket;

import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** What a datagram's content is written in. */
enum Envelope {
    /** The content by itself. */
    NONE,
    /** The packet of this kind of socket, to the peer. */
    PACKET,
    ADDRESSED,
    /** To wherever the channel is connected. */
    WITHOUT_RECIPIENT,
    /** To the channel's own address, as are the next. */
    PACKET_TO_SELF,
    /** UDP only. */
    SEGMENTED_TO_SELF,
    SEGMENTED,
    /** To an address of another family. */
    FOREIGN,
    UNRESOLVED;

    private static final int SEGMENT = 700;

    boolean isSegmented() {
        return this == SEGMENTED || this == SEGMENTED_TO_SELF;
    }

    /** @param content a {@link ByteBuf}, or nothing that a channel can write */
    Object put(Object content, SocketKind kind, SocketAddress self, SocketAddress peer) {
        switch (this) {
            case NONE:
                return content;
            case ADDRESSED:
                return new DefaultAddressedEnvelope<>(content, peer);
            case WITHOUT_RECIPIENT:
                return new DefaultAddressedEnvelope<>(content, null, self);
            case FOREIGN:
                return new DefaultAddressedEnvelope<>(content, kind.isUnix()
                        ? new InetSocketAddress("127.0.0.1", 1) : new DomainSocketAddress("/nowhere"));
            case UNRESOLVED:
                return new DefaultAddressedEnvelope<>(content, InetSocketAddress.createUnresolved("nowhere", 1));
            default:
                SocketAddress recipient = this == PACKET_TO_SELF || this == SEGMENTED_TO_SELF ? self : peer;
                return content instanceof ByteBuf ? packet((ByteBuf) content, kind, recipient)
                        : new DefaultAddressedEnvelope<>(content, recipient);
        }
    }

    private Object packet(ByteBuf content, SocketKind kind, SocketAddress recipient) {
        if (kind.isUnix()) {
            return new DomainDatagramPacket(content, (DomainSocketAddress) recipient);
        }
        return isSegmented() ? new SegmentedDatagramPacket(content, SEGMENT, (InetSocketAddress) recipient)
                : new DatagramPacket(content, (InetSocketAddress) recipient);
    }
}
