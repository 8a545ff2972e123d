/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.util.internal.logging.InternalLogger;

/** Tells of what must not be thrown any further: what comes behind it is others'. */
final class Trouble {

    private Trouble() { }

    /** Logs, and never throws: there may be no memory for the message, and loggers are users' code. */
    static void warn(InternalLogger logger, String message, Object subject, Throwable cause) {
        try {
            logger.warn(message, subject, cause);
        } catch (Throwable t) {
            // There is no one left to tell.
        }
    }
}
