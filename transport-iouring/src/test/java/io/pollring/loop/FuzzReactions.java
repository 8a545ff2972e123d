/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

/** How handles and other threads behave in a part of a schedule. */
interface FuzzReactions {
    /** {@code handle} was told {@code events}. */
    void react(FuzzHandle handle, int events);

    /** {@code handle} was told what it has sent. */
    void hasSent(FuzzStream handle);

    /**
     * The loop sleeps; runs as another thread.
     *
     * @return whether something has happened; if not, a signal ends the sleep
     */
    boolean whileAsleep();

    /** Whether a handle that was told of its closed fd leaves it to others to cancel it. */
    boolean leavesWhatIsClosed();

    /** Whether a handle that has left nothing behind knows it. */
    boolean knowsItIsDrained();
}
