/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.vertx;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.ring.PollringProperties;
import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.transport.Transport;

/**
 * Found by Vert.x 5 on the class path: {@code Vertx.vertx()} then runs on {@link PollringTransport}, unless a program
 * has chosen another one with {@code withTransport}, or an operator has set {@code io.pollring.vertx.off}.
 *
 * <p>From what Vert.x tells, {@code withTransport(NIO)} looks as if nobody had chosen, and with
 * {@code preferNativeTransport} so does {@code withTransport(EPOLL)}: these two need {@code io.pollring.vertx.off}.
 */
public final class PollringServiceProvider implements VertxServiceProvider {
    static final String CHANNELS = "io.pollring.vertx.channels";
    static final String OFF = "io.pollring.vertx.off";

    private static final InternalLogger logger = InternalLoggerFactory.getInstance(PollringServiceProvider.class);

    @Override
    public void init(VertxBootstrap bootstrap) {
        if (PollringProperties.flag(OFF, false) || !isLeftToVertx(bootstrap)) {
            return;
        }
        PollringTransport transport = new PollringTransport(channels());
        if (transport.available()) {
            bootstrap.transport(transport.implementation());
        } else {
            logger.warn("Vert.x keeps its own transport: {}", transport.unavailabilityCause().getMessage());
        }
    }

    private static boolean isLeftToVertx(VertxBootstrap bootstrap) {
        Transport chosen = bootstrap.transport();
        if (chosen == null || chosen == io.vertx.core.transport.Transport.NIO.implementation()) {
            return true;
        }
        io.vertx.core.transport.Transport preferred = io.vertx.core.transport.Transport.nativeTransport();
        return bootstrap.options().getPreferNativeTransport() && preferred != null
                && chosen == preferred.implementation();
    }

    /** As operators have set it; what is not understood counts as not set. */
    static Channels channels() {
        return PollringProperties.word(CHANNELS, "netty", "netty", "own").equals("own") ? Channels.OWN : Channels.NETTY;
    }
}
