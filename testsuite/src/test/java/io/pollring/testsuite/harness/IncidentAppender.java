/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Collects from the log what no test would notice: leaked buffers, failed assertions on an event loop's thread (Netty
 * logs them and goes on), and warnings of Pollring itself. One line each in a file that {@link SuiteJudge} reads.
 */
public final class IncidentAppender extends AppenderBase<ILoggingEvent> {

    private static final int MAX_LENGTH = 4000;

    /** The class that runs now, to find a leak's place; written by {@link SuiteListener}. */
    static volatile String currentTest = "none";

    @Override
    protected void append(ILoggingEvent event) {
        String kind = kindOf(event, Run.current().mode());
        if (kind != null) {
            record(kind, event.getFormattedMessage() + ": " + describe(event.getThrowableProxy()));
        }
    }

    /** @return {@code null} if the event is none of this class's business */
    static String kindOf(ILoggingEvent event, Mode mode) {
        String message = event.getFormattedMessage();
        if (message.contains("LEAK:")) {
            return "LEAK";
        }
        if (hasAssertionError(event.getThrowableProxy())) {
            return "ASSERTION";
        }
        boolean oursWarns = event.getLoggerName().startsWith("io.pollring.")
                && event.getLevel().isGreaterOrEqual(Level.WARN);
        boolean announcesTheMode = mode == Mode.NO_RING && message.contains("has no ring");
        return oursWarns && !announcesTheMode ? "WARNING" : null;
    }

    private static boolean hasAssertionError(IThrowableProxy throwable) {
        for (IThrowableProxy t = throwable; t != null; t = t.getCause()) {
            if (t.getClassName().equals(AssertionError.class.getName())) {
                return true;
            }
        }
        return false;
    }

    private static String describe(IThrowableProxy throwable) {
        if (throwable == null) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        for (IThrowableProxy t = throwable; t != null; t = t.getCause()) {
            text.append(t.getClassName()).append(": ").append(t.getMessage());
            for (int i = 0; i < Math.min(12, t.getStackTraceElementProxyArray().length); i++) {
                text.append(' ').append(t.getStackTraceElementProxyArray()[i].getSTEAsString());
            }
            text.append(" / ");
        }
        return text.toString();
    }

    private void record(String kind, String text) {
        String line = kind + '\t' + currentTest + '\t' + text.replaceAll("\\s+", " ");
        if (line.length() > MAX_LENGTH) {
            line = line.substring(0, MAX_LENGTH);
        }
        Path file = SuiteListener.forkFile("incidents");
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, (line + '\n').getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            addError("cannot write " + file, e);
        }
    }
}
