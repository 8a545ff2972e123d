/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

/**
 * Who watches a registration's fd: the states, and every transition between them. A transition that is not in the table
 * of {@code docs/design.md} is an {@link AssertionError}.
 */
enum PollState {
    /** Nothing is armed. */
    IDLE,
    /** A multishot poll of the current generation is in the kernel, or queued for it. */
    ARMED,
    /** A poll for one event is in the kernel, or queued for it. */
    ARMED_ONCE,
    /** The poll is being cancelled, so that another can take its place. */
    REMOVING,
    /** The epoll set watches the fd, or would if anything were desired. */
    REVERTED,
    /** Cancelled by the user, and the poll is being cancelled, too. */
    CLOSING,
    /** Cancelled by the user, and no poll is left. */
    CLOSED;

    /** Whether a poll is in the kernel that is not being cancelled. */
    boolean isArmed() {
        return this == ARMED || this == ARMED_ONCE;
    }

    /** Whether a poll is being cancelled. */
    boolean isEnding() {
        return this == REMOVING || this == CLOSING;
    }

    boolean isClosed() {
        return this == CLOSING || this == CLOSED;
    }

    /** A poll is queued for the kernel. */
    PollState armed(boolean once) {
        check(this == IDLE);
        return once ? ARMED_ONCE : ARMED;
    }

    /** The poll is to be cancelled, to make way for another. */
    PollState removing() {
        check(isArmed());
        return REMOVING;
    }

    /** The poll is gone from the kernel, or was taken back before the kernel knew of it; or the ring is. */
    PollState ended() {
        check(isArmed() || isEnding());
        return this == CLOSING ? CLOSED : IDLE;
    }

    /** The epoll set is to watch. */
    PollState reverted() {
        check(this == IDLE);
        return REVERTED;
    }

    /** There is a ring again, and it is to watch. */
    PollState restored() {
        check(this == REVERTED);
        return IDLE;
    }

    /** The user has cancelled the registration. */
    PollState closing() {
        return isArmed() || isEnding() ? CLOSING : CLOSED;
    }

    private void check(boolean allowed) {
        if (!allowed) {
            throw new AssertionError(this);
        }
    }
}
