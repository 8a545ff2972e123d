/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** The system properties that switch features off. */
class RingFeatureTest {

    @AfterEach
    void clear() {
        System.clearProperty("io.pollring.features");
        System.clearProperty("io.pollring.feature.coopTaskrun");
        System.clearProperty("io.pollring.rejectPolls");
        for (RingFeature feature : RingFeature.values()) {
            System.clearProperty("io.pollring.feature." + feature.propertyName());
        }
    }

    private static void set(RingFeature feature, String value) {
        System.setProperty("io.pollring.feature." + feature.propertyName(), value);
    }

    @Test
    void allAreAllowedByDefault() {
        assertEquals(EnumSet.allOf(RingFeature.class), RingFeature.allowedByProperties());
    }

    @ParameterizedTest
    @EnumSource(value = RingFeature.class, mode = EnumSource.Mode.EXCLUDE,
            names = {"MULTISHOT_POLL", "POLL_UPDATE", "EXT_ARG", "NO_DROP", "RESTRICTIONS"})
    void eachHasItsOwnSwitch(RingFeature feature) {
        set(feature, " false ");
        assertEquals(EnumSet.complementOf(EnumSet.of(feature)), RingFeature.allowedByProperties());
    }

    @Test
    void allCanBeSwitchedOffAndSingleOnesOnAgain() {
        System.setProperty("io.pollring.features", "none");
        assertEquals(RingFeature.REQUIRED, RingFeature.allowedByProperties());
        set(RingFeature.CQE_SKIP, "true");
        Set<RingFeature> expected = EnumSet.copyOf(RingFeature.REQUIRED);
        expected.add(RingFeature.CQE_SKIP);
        assertEquals(expected, RingFeature.allowedByProperties());
    }

    @Test
    void aPropertyThatIsGoneIsWarnedOfOnceAndHasNoEffect() {
        Logger logger = (Logger) LoggerFactory.getLogger(RingFeature.class);
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        appender.start();
        logger.setAdditive(false);
        logger.addAppender(appender);
        try {
            System.setProperty("io.pollring.feature.coopTaskrun", "true");
            System.setProperty("io.pollring.rejectPolls", "true");
            RingFeature.REQUIRED.forEach(feature -> set(feature, "false"));
            for (int i = 0; i < 3; i++) {
                assertEquals(EnumSet.allOf(RingFeature.class), RingFeature.allowedByProperties());
            }
        } finally {
            logger.detachAppender(appender);
            logger.setAdditive(true);
        }
        List<String> warnings = new ArrayList<>();
        for (ILoggingEvent event : appender.list) {
            assertEquals(Level.WARN, event.getLevel());
            warnings.add(event.getFormattedMessage().replaceFirst("^The system property io\\.pollring\\.(feature\\.)?"
                    + "(\\w+) is gone and has no effect; .*noRing=true.*", "$2"));
        }
        assertEquals(List.of("coopTaskrun", "rejectPolls", "multishotPoll", "pollUpdate", "extArg", "noDrop",
                "restrictions"), warnings);
    }

    @Test
    void anythingElseCountsAsTheDefault() {
        System.setProperty("io.pollring.features", "some");
        set(RingFeature.CQE_SKIP, "perhaps");
        assertEquals(EnumSet.allOf(RingFeature.class), RingFeature.allowedByProperties());
        System.setProperty("io.pollring.features", "none");
        assertEquals(RingFeature.REQUIRED, RingFeature.allowedByProperties());
    }
}
