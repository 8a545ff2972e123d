/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.vertx;

import io.pollring.channel.IoUringIoHandler;
import io.vertx.core.transport.Transport;

/**
 * This transport for Vert.x 5, for those who choose by themselves:
 * {@code Vertx.builder().withTransport(PollringTransport.own())}. Where there is no ring, the same loops wait on epoll.
 */
public final class PollringTransport implements Transport {
    private final Channels channels;
    private final Throwable unavailabilityCause = findUnavailabilityCause();

    PollringTransport(Channels channels) {
        this.channels = channels;
    }

    /** With Pollring's own channels, which send and receive through the ring. */
    public static PollringTransport own() {
        return new PollringTransport(Channels.OWN);
    }

    /** With the channels of Netty's epoll transport, which only wait on the ring. */
    public static PollringTransport netty() {
        return new PollringTransport(Channels.NETTY);
    }

    private static Throwable findUnavailabilityCause() {
        if (EPOLL == null) {
            return new UnsatisfiedLinkError("Netty's epoll transport is not on the class path; "
                    + "add netty-transport-native-epoll");
        }
        try {
            IoUringIoHandler.newFactory();
            return null;
        } catch (LinkageError e) {
            return e;
        }
    }

    @Override
    public String name() {
        return "pollring";
    }

    /** Whether loops can be made, with a ring or without. */
    @Override
    public boolean available() {
        return unavailabilityCause == null;
    }

    @Override
    public Throwable unavailabilityCause() {
        return unavailabilityCause;
    }

    /** @throws IllegalStateException if it is not available */
    @Override
    public io.vertx.core.spi.transport.Transport implementation() {
        if (!available()) {
            throw new IllegalStateException("no event loops can be made: " + unavailabilityCause.getMessage(),
                    unavailabilityCause);
        }
        return new LoopsAndChannels(EPOLL.implementation(), channels);
    }

    @Override
    public String toString() {
        return "PollringTransport(channels=" + channels + ')';
    }
}
