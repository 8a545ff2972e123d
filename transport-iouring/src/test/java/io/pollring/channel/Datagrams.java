/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

/** Keeps the datagrams that come until the test takes them, and checks that each buffer was the handler's alone. */
final class Datagrams extends ChannelInboundHandlerAdapter {

    /** What was in one datagram. */
    static final class Datagram {
        final byte[] bytes;
        final SocketAddress sender;
        final SocketAddress recipient;

        Datagram(byte[] bytes, SocketAddress sender, SocketAddress recipient) {
            this.bytes = bytes;
            this.sender = sender;
            this.recipient = recipient;
        }
    }

    final AtomicInteger readCompletes = new AtomicInteger();
    final List<Throwable> exceptions = new CopyOnWriteArrayList<>();
    final List<String> events = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Datagram> datagrams = new LinkedBlockingQueue<>();

    Datagram take() throws InterruptedException {
        Datagram datagram = datagrams.poll(5, TimeUnit.SECONDS);
        assertNotNull(datagram, () -> "nothing has come; " + events
                + exceptions.stream().limit(3).collect(Collectors.toList()));
        return datagram;
    }

    int count() {
        return datagrams.size();
    }

    /** Nothing comes, as far as a moment tells. */
    void assertNone() throws InterruptedException {
        Thread.sleep(100);
        assertEquals(0, datagrams.size());
    }

    Throwable awaitException() throws Exception {
        Await.until("an exception comes", 5000, () -> !exceptions.isEmpty());
        return exceptions.get(0);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        AddressedEnvelope<?, ?> envelope = (AddressedEnvelope<?, ?>) msg;
        ByteBuf content = (ByteBuf) envelope.content();
        datagrams.add(new Datagram(ByteBufUtil.getBytes(content), envelope.sender(), envelope.recipient()));
        ReferenceCountUtil.release(msg);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        readCompletes.incrementAndGet();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        events.add("active");
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        events.add("inactive");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        exceptions.add(cause);
    }
}
