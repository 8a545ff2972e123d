/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

/**
 * What a stream knows of how its bytes move. {@link BatchedWriter}, {@link DirectWriter} and {@link StreamReader} move
 * them, and keep nothing themselves. One small object, as there may be a great many channels.
 *
 * <p>Belongs to the channel's loop, but for {@link #maxGatheredBytes}.
 */
final class StreamIo {
    /** What has become of small writes: {@link BatchedWriter} makes all transitions. */
    enum Writing {
        /** Nothing is left to the loop. */
        IDLE,
        /** The loop is to ask what to send. */
        QUEUED,
        /** The loop was told what to send. */
        PREPARED,
        /** The loop has told that all of it was sent. */
        ALL_SENT,
        /** The loop has told what was sent, and that it could not send more. */
        PART_SENT,
        /** The promises of what was sent are being settled. */
        TELLING,
        /** What was left to the loop, and what its promises' listeners flush, is being written at once. */
        SETTLING
    }

    Writing writing = Writing.IDLE;
    /** What is left to the loop, from {@link Writing#QUEUED} to {@link Writing#TELLING}; otherwise {@code null}. */
    QueuedMessages queued;
    /**
     * The most that a gathering write tries, in bytes; 0 if {@link DirectWriter} has to find it out, as when any thread
     * has changed the size of the socket's buffer.
     */
    volatile int maxGatheredBytes;
    /** What a registration has left to {@link StreamReader}, or {@code null}. */
    Kept kept;
    /** How many turns with no more than a piece have to follow until the loop receives again; 0 if it does. */
    byte ownTurns;

    /** Whether a channel that is closing has received what it has not read. */
    boolean leavesUnread() {
        return kept != null && (kept == Kept.LOST || kept.size() > 0);
    }
}
