/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;

import java.util.function.Function;

/** Sends noise chunk by chunk, each when the one before it is with QUIC. */
final class NoiseSender {
    private NoiseSender() { }

    /**
     * Sends all chunks.
     *
     * @param frame what is written for a chunk
     * @param end   to be run when all is sent
     */
    static void send(Channel stream, Noise noise, Function<ByteBuf, Object> frame, Runnable end) {
        send(stream, noise, 0, frame, end);
    }

    private static void send(Channel stream, Noise noise, int index, Function<ByteBuf, Object> frame, Runnable end) {
        if (index == noise.chunks()) {
            end.run();
            return;
        }
        // One that fails belongs to a stream that is closed, which its handler is told.
        stream.writeAndFlush(frame.apply(noise.chunk(index))).addListener(written -> {
            if (written.isSuccess()) {
                send(stream, noise, index + 1, frame, end);
            }
        });
    }
}
