/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/** A Netty transport whose event loops wait on io_uring. The native libraries are modules of their own. */
@SuppressWarnings("module") // The module for Vert.x is made after this one.
module io.pollring.transport {
    requires transitive io.netty.buffer;
    requires transitive io.netty.common;
    requires transitive io.netty.transport;
    requires transitive io.netty.transport.classes.epoll;
    requires transitive io.netty.transport.unix.common;
    // A run time may be made without a flight recorder.
    requires static jdk.jfr;

    exports io.pollring.channel;
    // For the settings, which are read in one place.
    exports io.pollring.ring to io.pollring.vertx;
}
