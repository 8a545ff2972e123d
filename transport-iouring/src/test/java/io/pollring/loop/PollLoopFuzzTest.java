/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Drives whole loops through random schedules on a {@link io.pollring.ring.FakeKernel} and compares what handles are
 * told with a small model: never an event after a cancellation or of a bit that is not desired; whatever is ready is
 * told until it is taken; a loop with nothing to tell sleeps; each armed request belongs to one registration; each byte
 * of a stream comes once and in its place, either way; nothing is left.
 *
 * <p>{@code -Dpollring.fuzz.seed=N} sets the first schedule's seed (a failure names its own),
 * {@code -Dpollring.fuzz.schedules=N} how many there are, and {@code -Dpollring.fuzz.forgets=N} how often, in
 * percent, a completion that does not fit is lost.
 */
class PollLoopFuzzTest {
    private static final long NEXT_SEED = 0x9E3779B97F4A7C15L;

    private final Logger logger = (Logger) LoggerFactory.getLogger("io.pollring.loop");
    private final TroubleAppender trouble = new TroubleAppender();
    private ExecutorService otherThread;

    @BeforeEach
    void setUp() {
        otherThread = Executors.newSingleThreadExecutor(task -> new Thread(task, "fuzz-other"));
        logger.setAdditive(false);
        logger.setLevel(Level.WARN);
        trouble.start();
        logger.addAppender(trouble);
    }

    @AfterEach
    void tearDown() {
        otherThread.shutdownNow();
        logger.detachAppender(trouble);
        logger.setLevel(null);
        logger.setAdditive(true);
    }

    @Test
    void randomSchedulesLoseNothingAndTellNothingWrong() {
        long firstSeed = Long.getLong("pollring.fuzz.seed", System.nanoTime());
        int schedules = Integer.getInteger("pollring.fuzz.schedules", 30_000);
        System.out.println("fuzz: " + schedules + " schedules, first seed " + firstSeed
                + " (set it with -Dpollring.fuzz.seed=" + firstSeed + ')');
        long seed = firstSeed;
        for (int i = 0; i < schedules; i++) {
            run(seed);
            seed += NEXT_SEED;
        }
    }

    private void run(long seed) {
        FuzzSchedule schedule = null;
        try {
            schedule = new FuzzSchedule(seed, false);
            complete(schedule);
        } catch (Throwable t) {
            throw new AssertionError("schedule with seed " + seed + " (-Dpollring.fuzz.seed=" + seed
                    + " -Dpollring.fuzz.schedules=1), " + (schedule == null ? "" : schedule.profile()) + ": " + t
                    + traceOf(seed), t);
        }
    }

    private void complete(FuzzSchedule schedule) throws Throwable {
        boolean here = true;
        boolean done = false;
        while (!done) {
            if (here) {
                done = schedule.advance();
            } else {
                try {
                    done = otherThread.submit(schedule::advance).get();
                } catch (ExecutionException e) {
                    throw e.getCause();
                }
            }
            here = !here;
        }
        Throwable cause = trouble.take();
        if (cause != null) {
            throw new AssertionError("the loop was in trouble", cause);
        }
    }

    /** The same schedule again, with a record of what happens. */
    private String traceOf(long seed) {
        FuzzSchedule schedule = new FuzzSchedule(seed, true);
        try {
            complete(schedule);
            return "\nand it does not fail again";
        } catch (Throwable t) {
            return "\n  " + schedule.world().trace();
        }
    }

    /** Keeps what the loop could not deal with; it would only log that, and pause. */
    private static final class TroubleAppender extends AppenderBase<ILoggingEvent> {
        private volatile Throwable cause;

        Throwable take() {
            Throwable taken = cause;
            cause = null;
            return taken;
        }

        @Override
        protected void append(ILoggingEvent event) {
            if (event.getMessage().startsWith("Unexpected exception")) {
                IThrowableProxy proxy = event.getThrowableProxy();
                cause = ((ThrowableProxy) proxy).getThrowable();
            }
        }
    }
}
