/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.ChannelOutboundBuffer;

/**
 * How the bytes of a stream channel move between its socket and its pipeline.
 *
 * <p>Called by the channel's loop only.
 */
interface StreamIo {
    /** Something can be read: bytes, an end, or an error. */
    void readReady();

    /** Whether the last {@link #readReady()} has proved that nothing is left to read. */
    boolean isDrained();

    /**
     * Writes what is flushed, as much as the socket takes.
     *
     * @throws Exception if the socket has failed; the channel is then closed
     */
    void write(ChannelOutboundBuffer in) throws Exception;

    /** The socket's send buffer has another size now. May be called by any thread. */
    void sendBufferChanged();
}
