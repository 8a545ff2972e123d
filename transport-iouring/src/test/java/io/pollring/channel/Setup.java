/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

/** Loops of a {@link Mode}, and the channels on them. */
enum Setup {
    HOSTED_RING(Mode.RING, Channels.NETTYS),
    HOSTED_REVERTED(Mode.REVERTED, Channels.NETTYS),
    HOSTED_NO_RING(Mode.NO_RING, Channels.NETTYS),
    HOSTED_NO_FEATURES(Mode.NO_FEATURES, Channels.NETTYS),
    OWN_RING(Mode.RING, Channels.OURS),
    OWN_DIRECT(Mode.DIRECT, Channels.OURS),
    OWN_REVERTED(Mode.REVERTED, Channels.OURS),
    OWN_NO_RING(Mode.NO_RING, Channels.OURS),
    OWN_NO_FEATURES(Mode.NO_FEATURES, Channels.OURS),
    /** Netty's epoll transport, for comparison. */
    EPOLL(Mode.EPOLL, Channels.NETTYS);

    final Mode mode;
    final Channels channels;

    Setup(Mode mode, Channels channels) {
        this.mode = mode;
        this.channels = channels;
    }

    TestGroup newGroup(int nThreads) {
        return new TestGroup(mode, channels, nThreads);
    }

    /** {@code rounds}; fewer of them for our own channels, once Netty's have shown the loop's part. */
    int rounds(int rounds) {
        return Scale.of(channels == Channels.OURS ? Math.max(1, rounds / 4) : rounds);
    }
}
