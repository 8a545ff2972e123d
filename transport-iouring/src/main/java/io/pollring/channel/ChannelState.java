/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

/** The state of one of our own channels. It only goes on, but for an attempt to connect that fails, and a disconnect. */
enum ChannelState {
    /** Neither connected nor bound, as far as that makes the channel active. */
    OPEN,
    /** A connection attempt is under way. */
    CONNECTING,
    /** Connected; or, for servers and datagram channels, bound. */
    ACTIVE,
    /** Another thread closes the socket: its fd must not be used any more. */
    CLOSING,
    /** The socket is closed. */
    CLOSED
}
