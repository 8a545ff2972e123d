/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.channel.ChannelHandler;

import java.util.function.Supplier;

/** What a benchmark's server does with what it is sent. */
enum Service {
    ECHO(true, EchoHandler::new),
    ONDEMAND(false, OnDemandEchoHandler::new),
    ONDEMAND_INLINE(false, InlineReadEchoHandler::new);

    private final boolean autoRead;
    private final Supplier<ChannelHandler> handler;

    Service(boolean autoRead, Supplier<ChannelHandler> handler) {
        this.autoRead = autoRead;
        this.handler = handler;
    }

    boolean autoRead() {
        return autoRead;
    }

    /** A new handler for one accepted connection. */
    ChannelHandler newHandler() {
        return handler.get();
    }
}
