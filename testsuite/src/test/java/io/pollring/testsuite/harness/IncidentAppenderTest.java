/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

public class IncidentAppenderTest {

    private static final String NETTY = "io.netty.util.ResourceLeakDetector";
    private static final String POLLRING = "io.pollring.loop.LoopRing";

    @Test
    public void shouldNoteALeak() {
        assertEquals("LEAK", kindOf(NETTY, Level.ERROR, "LEAK: ByteBuf.release() was not called", null, Mode.RING));
    }

    @Test
    public void shouldNoteAFailedAssertion_whereverItIsInTheChain() {
        Throwable nested = new RuntimeException(new IllegalStateException(new AssertionError("broken")));
        assertEquals("ASSERTION", kindOf(NETTY, Level.WARN, "unexpected", nested, Mode.RING));
        assertNull(kindOf(NETTY, Level.WARN, "unexpected", new RuntimeException("only that"), Mode.RING));
    }

    @Test
    public void shouldNoteOurOwnWarnings_butNotThatTheModeHasNoRing() {
        assertEquals("WARNING", kindOf(POLLRING, Level.WARN, "This event loop has no ring", null, Mode.RING));
        assertNull(kindOf(POLLRING, Level.WARN, "This event loop has no ring", null, Mode.NO_RING));
        assertEquals("WARNING", kindOf(POLLRING, Level.ERROR, "something else", null, Mode.NO_RING));
        assertNull(kindOf(POLLRING, Level.INFO, "something else", null, Mode.RING));
    }

    /** The settings of these runs are such that a buffer that was forgotten is tracked, however few there are. */
    @Test
    public void shouldTrackEveryBuffer() {
        assertEquals(ResourceLeakDetector.Level.PARANOID, ResourceLeakDetector.getLevel());
        ByteBuf buffer = UnpooledByteBufAllocator.DEFAULT.directBuffer(1);
        try {
            assertTrue(buffer.getClass().getSimpleName().contains("LeakAware"), buffer.getClass()::getName);
        } finally {
            buffer.release();
        }
        boolean assertionsAreOn = false;
        assert assertionsAreOn = true;
        assertTrue(assertionsAreOn);
    }

    private static String kindOf(String logger, Level level, String message, Throwable cause, Mode mode) {
        Logger source = ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(logger);
        return IncidentAppender.kindOf(new LoggingEvent("test", source, level, message, cause, null), mode);
    }
}
