/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DatagramPacket;

/**
 * Sends each datagram back to where it came from, and flushes once per read pass. In bursts, as often as its first four
 * bytes say, and only what follows these.
 */
final class DatagramEchoHandler extends EchoHandler {
    private final boolean bursts;

    DatagramEchoHandler(boolean bursts) {
        this.bursts = bursts;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        DatagramPacket packet = (DatagramPacket) msg;
        ByteBuf content = packet.content();
        for (int left = bursts ? content.readInt() : 1; left > 1; left--) {
            ctx.write(new DatagramPacket(content.retainedDuplicate(), packet.sender()));
        }
        ctx.write(new DatagramPacket(content, packet.sender()));
    }
}
