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

/** Answers each datagram with as many as its first four bytes say, of what follows these; flushes once per read pass. */
final class DatagramBurstHandler extends EchoHandler {

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        DatagramPacket packet = (DatagramPacket) msg;
        ByteBuf content = packet.content();
        for (int left = content.readInt(); left > 1; left--) {
            ctx.write(new DatagramPacket(content.retainedDuplicate(), packet.sender()));
        }
        ctx.write(new DatagramPacket(content, packet.sender()));
    }
}
