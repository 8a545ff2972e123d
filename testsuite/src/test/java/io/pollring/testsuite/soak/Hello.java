/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.unix.FileDescriptor;
import io.netty.handler.codec.ByteToMessageDecoder;

import java.util.List;

/** Waits for the connection's id, with which the client begins, and makes place for the server's end of it. */
final class Hello extends ByteToMessageDecoder {
    private final SoakWorld world;

    Hello(SoakWorld world) {
        this.world = world;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (message instanceof FileDescriptor) {
            found(ctx, DescriptorEnd.read(message).getLong(0));
        } else {
            super.channelRead(ctx, message);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (in.readableBytes() >= Long.BYTES) {
            found(ctx, in.readLong());
        }
    }

    private void found(ChannelHandlerContext ctx, long id) {
        SoakConnection connection = world.find(id);
        if (connection == null) {
            if (!world.faults.mayEnd()) {
                world.violations.add("connection " + id + " was accepted, and is none of the present ones: "
                        + ctx.channel());
            }
            ctx.close();
            return;
        }
        // What has come with the id goes to the new handler.
        ctx.pipeline().replace(this, null, connection.server);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!world.faults.mayCause(cause)) {
            world.violations.add("exception before the client's id had come: " + cause + "; " + ctx.channel());
        }
        ctx.close();
    }
}
