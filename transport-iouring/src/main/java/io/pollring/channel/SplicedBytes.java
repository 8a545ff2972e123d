/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.Socket;

import java.io.IOException;

/** Bytes in a pipe, as a message in the outbound buffer of the channel that is to send them. */
final class SplicedBytes {
    private final SplicePipe pipe;
    private int left;

    SplicedBytes(SplicePipe pipe, int length) {
        this.pipe = pipe;
        left = length;
    }

    /**
     * Writes as many of them as {@code socket} takes.
     *
     * @param in is at this message
     * @return the number of system calls made, or {@link DirectWriter#FULL}
     */
    int write(ChannelOutboundBuffer in, Socket socket) throws IOException {
        int written = pipe.drainTo(socket, left);
        if (written == 0) {
            return DirectWriter.FULL;
        }
        left -= written;
        if (left == 0) {
            in.remove();
        }
        return 1;
    }
}
