/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import io.netty.channel.DefaultChannelPipeline;
import org.slf4j.LoggerFactory;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts refusals of epoll that come when a pipeline has no handler any more, and so are only logged. They are not
 * passed on to the log, as programs bring them about on purpose.
 */
final class EpollFailures extends AppenderBase<ILoggingEvent> {
    private final AtomicInteger count = new AtomicInteger();
    private final Logger logger = (Logger) LoggerFactory.getLogger(DefaultChannelPipeline.class);

    EpollFailures() {
        setContext(logger.getLoggerContext());
        start();
        logger.addAppender(this);
        logger.setAdditive(false);
    }

    int count() {
        return count.get();
    }

    @Override
    protected void append(ILoggingEvent event) {
        for (IThrowableProxy t = event.getThrowableProxy(); t != null; t = t.getCause()) {
            if (String.valueOf(t.getMessage()).contains("epoll_ctl")) {
                count.incrementAndGet();
                return;
            }
        }
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).callAppenders(event);
    }

    @Override
    public void stop() {
        logger.detachAppender(this);
        logger.setAdditive(true);
        super.stop();
    }
}
