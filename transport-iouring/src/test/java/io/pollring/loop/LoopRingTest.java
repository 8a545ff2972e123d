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
import ch.qos.logback.core.read.ListAppender;
import io.pollring.ring.Abi;
import io.pollring.ring.Errno;
import io.pollring.ring.FakeFaults;
import io.pollring.ring.FakeOffer;
import io.pollring.ring.RingFeature;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** When a loop's ring cannot go on, and no other takes its place. */
class LoopRingTest {
    private static final int PATIENCE = 8;
    private static final int REGISTER_ENABLE_RINGS = 12;

    /** What the making of the next ring fails in. */
    enum Step {
        DIRECT_MEMORY("direct memory"), SETUP("EMFILE"), MAP("ENOMEM"), ENABLE("EACCES");

        final String reason;

        Step(String reason) {
            this.reason = reason;
        }
    }

    @ParameterizedTest
    @EnumSource
    void epollServesAllWhenNoRingTakesTheLostOnesPlace(Step step) {
        Faults faults = new Faults();
        try (FakeLoop loop = new FakeLoop(FakeOffer.everything(), 8, 16)) {
            loop.kernel.use(faults);
            FakeLoop.Handle handle = loop.open().submit(Abi.POLLIN);
            FakeStreamHandle stream = loop.openStream(1000);
            stream.reaction = events -> stream.readAll();
            stream.submit(Abi.POLLIN | Abi.POLLRDHUP);
            loop.sleep(PATIENCE);
            assertTrue(loop.loop.hasRing());
            assertNull(loop.loop.unavailabilityCause());

            faults.failing = step;
            faults.forgetsThread = true;
            loop.turn();
            assertFalse(loop.loop.hasRing());
            assertEquals(0, loop.loop.metrics().ringsReplaced.get());
            String cause = loop.loop.unavailabilityCause().getMessage();
            assertTrue(cause.contains(step.reason), cause);

            handle.file.fire(Abi.POLLIN);
            stream.peer.arrive(10);
            // It does not sleep: the handle takes nothing, and epoll tells again.
            loop.turns(PATIENCE);
            assertEquals(List.of(Abi.POLLIN), handle.told.subList(0, 1));
            assertEquals(10, stream.received);
            assertEquals(List.of(), loop.failures);
        }
    }

    static Set<RingFeature> required() {
        return RingFeature.REQUIRED;
    }

    @ParameterizedTest
    @MethodSource("required")
    void withoutWhatARingNeedsEpollServesAllAndTheLogSaysWhatIsMissing(RingFeature missing) {
        Logger logger = (Logger) LoggerFactory.getLogger(LoopRing.class);
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        appender.start();
        logger.addAppender(appender);
        logger.setAdditive(false);
        // The same reason is a warning only once.
        logger.setLevel(Level.DEBUG);
        try (FakeLoop loop = new FakeLoop(FakeOffer.everything().without(missing), 8, 16)) {
            FakeLoop.Handle handle = loop.open();
            handle.reaction = events -> handle.file.clear(events);
            handle.submit(Abi.POLLIN);
            loop.sleep(PATIENCE);
            assertFalse(loop.loop.hasRing());
            Throwable cause = loop.loop.unavailabilityCause();
            assertTrue(cause.getMessage().contains(" lacks [" + missing + ']'), cause::toString);
            handle.file.fire(Abi.POLLIN);
            loop.sleep(PATIENCE);
            assertEquals(List.of(Abi.POLLIN), handle.told);
        } finally {
            logger.detachAppender(appender);
            logger.setAdditive(true);
            logger.setLevel(null);
        }
        assertEquals(1, appender.list.size(), appender.list::toString);
        String message = appender.list.get(0).getFormattedMessage();
        assertTrue(message.startsWith("The event loop " + FakeLoop.class.getName() + '@'), message);
        assertTrue(message.contains(" has no ring and waits on epoll instead: "), message);
        assertTrue(message.contains(" lacks [" + missing + ']'), message);
    }

    private static final class Faults extends FakeFaults {
        Step failing;
        boolean forgetsThread;

        @Override
        public int enter(boolean overflowing) {
            boolean stranger = forgetsThread;
            forgetsThread = false;
            return stranger ? -Errno.EEXIST : 0;
        }

        @Override
        public int setup(int flags) {
            if (failing == Step.DIRECT_MEMORY) {
                // It could as well be the buffer for the parameters.
                throw new OutOfMemoryError("Cannot reserve direct memory");
            }
            return failing == Step.SETUP ? -Errno.EMFILE : 0;
        }

        @Override
        public int map(long offset) {
            return failing == Step.MAP ? -Errno.ENOMEM : 0;
        }

        @Override
        public int register(int opcode) {
            return failing == Step.ENABLE && opcode == REGISTER_ENABLE_RINGS ? -Errno.EACCES : 0;
        }
    }
}
