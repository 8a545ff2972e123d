/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.epoll.Native;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A pipe, through which {@code splice(2)} moves bytes from a socket to a socket or a file. */
final class SplicePipe {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(SplicePipe.class);
    /** What a pipe holds, if it is not made larger. */
    private static final int CAPACITY = 64 * 1024;
    /** For {@code splice(2)}: the file's own position, and the only one that sockets and pipes have. */
    private static final int NO_OFFSET = -1;

    private final FileDescriptor readEnd;
    private final FileDescriptor writeEnd;

    SplicePipe() throws IOException {
        FileDescriptor[] ends = FileDescriptor.pipe();
        readEnd = ends[0];
        writeEnd = ends[1];
    }

    /**
     * Takes bytes of a socket. The pipe has to be empty.
     *
     * @return how many; 0 if the socket has none, or has come to its end
     */
    int fill(Socket socket, int limit) throws IOException {
        return Native.splice(socket.intValue(), NO_OFFSET, writeEnd.intValue(), NO_OFFSET, Math.min(limit, CAPACITY));
    }

    /**
     * Takes bytes that were received before. The pipe has to be empty.
     *
     * @return how many
     */
    int fill(Kept received, int limit) throws IOException {
        int length = Math.min(received.size(), Math.min(limit, CAPACITY));
        ByteBuf copy = Unpooled.directBuffer(length, length);
        try {
            copy.writerIndex(received.take(copy, 0, length));
            // All of it fits.
            ByteBuffer nio = copy.internalNioBuffer(0, length);
            return writeEnd.write(nio, nio.position(), nio.limit());
        } finally {
            copy.release();
        }
    }

    /** @return how many bytes {@code socket} has taken; 0 if it takes none now */
    int drainTo(Socket socket, int bytes) throws IOException {
        return Native.splice(readEnd.intValue(), NO_OFFSET, socket.intValue(), NO_OFFSET, bytes);
    }

    /** Writes all of {@code bytes} to a file. */
    void drainTo(FileDescriptor file, long offset, int bytes) throws IOException {
        int written = 0;
        while (written < bytes) {
            int n = Native.splice(readEnd.intValue(), NO_OFFSET, file.intValue(), offset + written, bytes - written);
            if (n == 0) {
                // A file is always ready; something else is not waited for.
                throw new IOException("fd " + file.intValue() + " takes no more");
            }
            written += n;
        }
    }

    void close() {
        close(readEnd);
        close(writeEnd);
    }

    private static void close(FileDescriptor end) {
        try {
            end.close();
        } catch (IOException e) {
            logger.warn("A pipe could not be closed", e);
        }
    }
}
