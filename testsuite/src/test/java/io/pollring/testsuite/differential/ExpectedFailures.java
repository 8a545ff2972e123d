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
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCountUtil;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps what programs bring about on purpose, and Netty can only log, from the log: refusals of epoll that come when a
 * pipeline has no handler any more, which are counted, and messages that were released too often.
 */
final class ExpectedFailures extends AppenderBase<ILoggingEvent> {
    private final AtomicInteger refusals = new AtomicInteger();
    private final List<Logger> loggers = new ArrayList<>();

    ExpectedFailures() {
        for (String name : new String[] {DefaultChannelPipeline.class.getName(), ReferenceCountUtil.class.getName(),
            "io.netty.channel.AbstractChannelHandlerContext"}) {
            loggers.add((Logger) LoggerFactory.getLogger(name));
        }
        setContext(loggers.get(0).getLoggerContext());
        start();
        for (Logger logger : loggers) {
            logger.addAppender(this);
            logger.setAdditive(false);
        }
    }

    /** How often epoll has refused to watch a socket. */
    int refusals() {
        return refusals.get();
    }

    @Override
    protected void append(ILoggingEvent event) {
        for (IThrowableProxy t = event.getThrowableProxy(); t != null; t = t.getCause()) {
            if (String.valueOf(t.getMessage()).contains("epoll_ctl")) {
                refusals.incrementAndGet();
                return;
            }
            if (t.getClassName().equals(IllegalReferenceCountException.class.getName())) {
                return;
            }
        }
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).callAppenders(event);
    }

    @Override
    public void stop() {
        for (Logger logger : loggers) {
            logger.detachAppender(this);
            logger.setAdditive(true);
        }
        super.stop();
    }
}
