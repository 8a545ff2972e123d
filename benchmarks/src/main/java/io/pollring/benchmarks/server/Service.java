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
    ECHO(EchoHandler::new),
    ONDEMAND(OnDemandEchoHandler::new),
    ONDEMAND_INLINE(InlineReadEchoHandler::new),
    STREAM(StreamHandler::new),
    /** It is the clients who close. */
    CHURN(EchoHandler::new),
    UDP(DatagramEchoHandler::new),
    /** One handler for all connections, so that each costs what its transport takes for it. */
    IDLE(CountingEchoHandler::instance);

    private final Supplier<ChannelHandler> handler;

    Service(Supplier<ChannelHandler> handler) {
        this.handler = handler;
    }

    boolean autoRead() {
        return this != ONDEMAND && this != ONDEMAND_INLINE;
    }

    boolean isDatagram() {
        return this == UDP;
    }

    /** The handler for one channel. */
    ChannelHandler newHandler() {
        return handler.get();
    }
}
