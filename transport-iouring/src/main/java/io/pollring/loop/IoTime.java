/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.IoHandlerContext;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/** Reports how long I/O took to those who want to know. Throws nothing: no turn depends on it. */
final class IoTime {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(IoTime.class);

    private IoTime() { }

    static boolean isWanted(IoHandlerContext context) {
        try {
            return context.shouldReportActiveIoTime();
        } catch (Throwable t) {
            Trouble.warn(logger, "{} threw when it was asked whether to report the time of I/O", context, t);
            return false;
        }
    }

    static void report(IoHandlerContext context, long nanos) {
        try {
            context.reportActiveIoTime(nanos);
        } catch (Throwable t) {
            Trouble.warn(logger, "{} threw when it was told the time of I/O", context, t);
        }
    }
}
