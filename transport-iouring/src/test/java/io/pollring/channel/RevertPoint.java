/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;

import java.util.Random;

/**
 * The moment at which a test's channel is reverted: before one of the first operations of its handler, as a seed has
 * it, or when the test says so. Belongs to the channel's loop.
 */
final class RevertPoint {
    /** Operations of a run: the point is among so many, or there is none before the end. */
    private static final int POINTS = 24;

    private int pointsLeft;
    private volatile boolean reverted;

    RevertPoint(Random random) {
        pointsLeft = random.nextInt(POINTS);
    }

    /** One of the operations is about to happen. */
    void pass(Channel channel) {
        if (pointsLeft-- == 0) {
            revert(channel);
        }
    }

    /** Does nothing on a channel that is not registered yet, or not any more, or is reverted. */
    void revert(Channel channel) {
        reverted |= IoUring.handler(channel.eventLoop()).revert(channel, "test");
    }

    boolean isReverted() {
        return reverted;
    }
}
