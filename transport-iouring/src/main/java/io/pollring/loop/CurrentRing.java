/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.Ring;
import io.pollring.ring.RingException;
import io.pollring.ring.RingFeature;
import io.pollring.ring.SubmissionQueue;

/**
 * The ring that a loop uses now, for all of its parts. They use it and never close it: that is {@link LoopRing}'s.
 *
 * <p>Belongs to the loop's thread.
 */
final class CurrentRing {
    private Ring ring;
    private boolean movesBytes;
    private RingException failure;

    /** {@code null} for none. */
    void use(Ring ring) {
        this.ring = ring;
        failure = null;
        movesBytes = ring != null && ring.has(RingFeature.STREAM_IO);
    }

    /** The ring, or {@code null}. */
    Ring get() {
        return ring;
    }

    /** The ring's submission queue, or {@code null} if there is no ring. */
    SubmissionQueue queue() {
        return ring == null ? null : ring.submissionQueue();
    }

    /** Whether streams may send, and perhaps receive, through the ring. */
    boolean movesBytes() {
        return movesBytes;
    }

    boolean hasLost() {
        return ring != null && ring.hasLost();
    }

    /** The ring cannot be used any more; the loop finds that out after its turn. */
    void failed(Exception e) {
        if (!(e instanceof RingException)) {
            throw new IllegalStateException(e);
        }
        failure = (RingException) e;
    }

    /** Why the ring cannot be used any more, or {@code null}. */
    RingException failure() {
        return failure;
    }

    /** Whether there is a ring that can be used. */
    boolean isUsable() {
        return ring != null && failure == null;
    }
}
