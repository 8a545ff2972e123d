/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.unix.DomainDatagramChannel;
import io.netty.util.ReferenceCounted;
import io.pollring.testsuite.differential.Trace.Kind;

import java.net.SocketAddress;
import java.util.List;

/** A channel of datagrams. */
final class DatagramSubject extends Subject {
    private static final ByteBufAllocator[] KINDS_OF_ALLOCATORS = {PooledByteBufAllocator.DEFAULT,
            UnpooledByteBufAllocator.DEFAULT, new UnpooledByteBufAllocator(false), new AdaptiveByteBufAllocator()};
    static final int ALLOCATORS = KINDS_OF_ALLOCATORS.length;

    private final SocketKind kind;
    private final DatagramPeer peer;
    private SocketAddress self;

    DatagramSubject(Channel channel, SocketKind kind, DatagramPeer peer, List<EventLoop> loops, Trace trace,
                    Ledger ledger) {
        super(channel, loops, trace, ledger);
        this.kind = kind;
        this.peer = peer;
    }

    /** What it was bound to. */
    void setAddress(SocketAddress address) {
        self = address;
    }

    @Override
    @SuppressWarnings("deprecation") // users have MAX_MESSAGES_PER_READ
    void perform(Op op) {
        switch (op.kind) {
            case CONNECT:
                channel.connect(peer.address(), promise(op));
                break;
            case DISCONNECT:
                channel.disconnect(promise(op));
                break;
            case MESSAGES_PER_READ:
                set(ChannelOption.MAX_MESSAGES_PER_READ, op.size);
                break;
            case MESSAGES_PER_WRITE:
                set(ChannelOption.MAX_MESSAGES_PER_WRITE, op.size);
                break;
            case READS:
                set(ChannelOption.RCVBUF_ALLOCATOR, Settings.allocator(op.size));
                break;
            case ALLOCATOR:
                set(ChannelOption.ALLOCATOR, KINDS_OF_ALLOCATORS[op.size]);
                break;
            case PAYLOAD:
                set(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, op.size);
                break;
            case JOINED_ON:
            case JOINED_OFF:
                set(EpollChannelOption.UDP_GRO, op.kind == Op.Kind.JOINED_ON);
                break;
            default:
                throw new IllegalArgumentException("not of datagrams: " + op);
        }
    }

    private <T> void set(ChannelOption<T> option, T value) {
        trace.add(Kind.STATE, option.name() + (channel.config().setOption(option, value) ? " set" : " unknown"));
    }

    @Override
    Object message(Op op) {
        return op.envelope.put(content(op), kind, self, peer.address());
    }

    @Override
    boolean isInputShut() {
        return false;
    }

    @Override
    boolean isOutputShut() {
        return false;
    }

    @Override
    String state() {
        boolean connected = kind.isUnix() ? ((DomainDatagramChannel) channel).isConnected()
                : ((DatagramChannel) channel).isConnected();
        return (connected ? " connected" : "") + " at " + name(channel.localAddress()) + " to "
                + name(channel.remoteAddress());
    }

    private String name(SocketAddress address) {
        return address == null ? "nobody" : address.equals(self) ? "self" : address.equals(peer.address()) ? "peer"
                : "another";
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        AddressedEnvelope<?, ?> packet = (AddressedEnvelope<?, ?>) msg;
        ledger.note((ReferenceCounted) packet);
        trace.add(Kind.READ, msg.getClass().getSimpleName() + ' ' + Datagrams.describe((ByteBuf) packet.content())
                + " from " + name(packet.sender()) + " to " + name(packet.recipient()));
        packet.release();
        trigger(Trigger.READ);
    }
}
