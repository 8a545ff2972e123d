/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** The last handler of one channel: writes down the names of all events in their order. */
class EventLog extends ChannelInboundHandlerAdapter {
    private final List<String> events = new ArrayList<>();
    private int bytes;

    synchronized void add(String event) {
        events.add(event);
    }

    /** What has happened so far: {@code "registered active read 10 ..."}. */
    synchronized String events() {
        return String.join(" ", events);
    }

    synchronized int bytes() {
        return bytes;
    }

    boolean has(String event) {
        return (' ' + events() + ' ').contains(' ' + event + ' ');
    }

    void await(String event) throws Exception {
        Await.until(event + " in " + this, 5000, () -> has(event));
    }

    /** Waits for the end, and compares. */
    void assertEndsAs(String expected) throws Exception {
        Await.until("unregistered in " + this, 5000, () -> has("unregistered"));
        assertEquals(expected, events());
    }

    @Override
    public void channelRegistered(ChannelHandlerContext ctx) throws Exception {
        add("registered");
    }

    @Override
    public void channelUnregistered(ChannelHandlerContext ctx) throws Exception {
        add("unregistered");
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        add(ctx.channel().isActive() ? "active" : "active(closed)");
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        add(ctx.channel().isActive() || ctx.channel().isOpen() ? "inactive(open)" : "inactive");
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
        if (msg instanceof ByteBuf) {
            int length = ((ByteBuf) msg).readableBytes();
            synchronized (this) {
                // Together: who waits for the bytes looks at the events then.
                add("read " + length);
                bytes += length;
            }
        } else if (msg instanceof Channel) {
            add("accepted");
        } else {
            add("read " + msg.getClass().getSimpleName());
        }
        ReferenceCountUtil.release(msg);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        add("readComplete");
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object evt) throws Exception {
        add(evt.getClass().getSimpleName());
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) throws Exception {
        add(ctx.channel().isWritable() ? "writable" : "unwritable");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
        add(cause.getClass().getSimpleName());
    }

    @Override
    public String toString() {
        return '[' + events() + ']';
    }
}
