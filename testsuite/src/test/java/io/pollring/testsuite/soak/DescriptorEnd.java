/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.unix.FileDescriptor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** One side of a UNIX socket over which descriptors go: pipes, each with the connection's id and a number in it. */
final class DescriptorEnd extends AbstractStreamEnd {
    private static final int LENGTH = 2 * Long.BYTES;
    private static final int MAX_AT_ONCE = 4;

    DescriptorEnd(SoakConnection connection, boolean isClient) {
        super(connection, isClient);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (isClient) {
            writePipe(-1);
            channel.flush();
        }
    }

    @Override
    ChannelFuture write(int bytes, int writes) {
        ChannelFuture last = null;
        for (int i = 0; i < Math.min(writes, MAX_AT_ONCE); i++) {
            last = writePipe(sent++);
        }
        channel.flush();
        return last;
    }

    private ChannelFuture writePipe(long number) {
        try {
            FileDescriptor[] pipe = FileDescriptor.pipe();
            ByteBuffer content = ByteBuffer.allocateDirect(LENGTH).putLong(connection.id).putLong(number);
            pipe[1].write(content, 0, LENGTH);
            pipe[1].close();
            ChannelFuture write = channel.write(pipe[0]);
            write.addListener(future -> pipe[0].close());
            checkWrite(write);
            return write;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is in the pipe, which is closed then. */
    static ByteBuffer read(Object descriptor) {
        try {
            FileDescriptor pipe = (FileDescriptor) descriptor;
            ByteBuffer content = ByteBuffer.allocateDirect(LENGTH);
            int count = pipe.read(content, 0, LENGTH);
            pipe.close();
            if (count != LENGTH) {
                throw new IOException("a pipe with " + count + " bytes");
            }
            return content;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    void take(Object message) {
        ByteBuffer content = read(message);
        if (content.getLong(0) != connection.id || content.getLong(Long.BYTES) != received) {
            connection.violated(this, "descriptor " + content.getLong(0) + '/' + content.getLong(Long.BYTES));
        }
        connection.counts().descriptors.increment();
        received++;
    }
}
