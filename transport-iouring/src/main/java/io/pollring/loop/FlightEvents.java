/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * What happens to loops now and then, for the JVM's flight recorder, where there is one: a run time may be made without,
 * and a framework with class loaders of its own may hide a part of it. The classes of events are not touched again then.
 *
 * <p>Nor are they before somebody records: to register them takes the recorder a tenth of a second and more, which would
 * be a fourth of what it takes to make the first group.
 */
final class FlightEvents {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(FlightEvents.class);
    private static final boolean RECORDER = isThere();

    private FlightEvents() { }

    private static boolean isThere() {
        try {
            FlightRecorder.isInitialized();
            return true;
        } catch (LinkageError e) {
            logger.debug("There is no flight recorder", e);
            return false;
        }
    }

    /** Whether the recorder has ever been asked to record, and takes these events. */
    private static boolean isInUse() {
        return RECORDER && FlightRecorder.isInitialized() && Registered.SUCCESSFULLY;
    }

    /** A loop begins to wait on a ring. */
    static void waitsOnRing(String loop, boolean replaces) {
        if (isInUse()) {
            RingEvent event = new RingEvent();
            event.loop = loop;
            event.replaces = replaces;
            event.commit();
        }
    }

    /** A loop begins to wait on its epoll set, as it has no ring. */
    static void waitsOnEpoll(String loop, String reason) {
        if (isInUse()) {
            FallbackEvent event = new FallbackEvent();
            event.loop = loop;
            event.reason = reason;
            event.commit();
        }
    }

    /** epoll watches an fd from now on, and not the ring. */
    static void reverted(int fd, String reason) {
        if (isInUse()) {
            RevertEvent event = new RevertEvent();
            event.fd = fd;
            event.reason = reason;
            event.commit();
        }
    }

    /** Whether the recorder takes events: JDK 17 wants inner classes of it for them that not every loader finds. */
    private static final class Registered {
        static final boolean SUCCESSFULLY = register();

        private Registered() { }

        private static boolean register() {
            try {
                new RingEvent();
                return true;
            } catch (LinkageError e) {
                logger.debug("The flight recorder takes no events of event loops", e);
                return false;
            }
        }
    }

    @Name("io.pollring.Ring")
    @Label("Loop waits on a ring")
    @Category("Pollring")
    @StackTrace(false)
    private static final class RingEvent extends Event {
        @Label("Event loop")
        private String loop;
        @Label("Replaces another ring")
        @Description("The loop went on in another thread, or completions were lost")
        private boolean replaces;
    }

    @Name("io.pollring.Fallback")
    @Label("Loop waits on epoll")
    @Category("Pollring")
    @StackTrace(false)
    private static final class FallbackEvent extends Event {
        @Label("Event loop")
        private String loop;
        @Label("Reason")
        private String reason;
    }

    @Name("io.pollring.Revert")
    @Label("Channel moves to epoll")
    @Category("Pollring")
    @StackTrace(false)
    private static final class RevertEvent extends Event {
        @Label("File descriptor")
        private int fd;
        @Label("Reason")
        private String reason;
    }
}
