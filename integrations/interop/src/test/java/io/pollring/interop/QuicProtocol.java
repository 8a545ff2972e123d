/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;

/** What is spoken over QUIC. */
interface QuicProtocol {
    /** Its names, for the handshake. */
    String[] names();

    /** Knows what to do with a server's streams, if the connection does not. */
    QuicServerCodecBuilder serverCodec();

    QuicClientCodecBuilder clientCodec();

    /** For a new connection on the server. */
    ChannelHandler serverConnection();

    /** For a new connection of a client. */
    ChannelHandler clientConnection();
}
