/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/**
 * What fails in a loop's turns for which nobody is to blame but the loop, or those whom it lives on. A loop that fails at
 * once, again and again, must not take all of a CPU; but once is no reason to keep everybody waiting.
 */
final class TurnTrouble {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(TurnTrouble.class);
    private static final long PAUSE_MILLIS = 1000;

    private boolean now;
    private boolean before;

    void add(Throwable cause) {
        Trouble.warn(logger, "Unexpected exception in the event loop of {}", Thread.currentThread(), cause);
        now = true;
    }

    /** Pauses if this turn and the one before it have failed. */
    void endTurn() {
        if (now && before) {
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        before = now;
        now = false;
    }
}
