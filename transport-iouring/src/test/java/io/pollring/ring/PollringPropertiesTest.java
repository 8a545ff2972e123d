/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.stream.Collectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What operators write, and what they are told if it means nothing. */
class PollringPropertiesTest {
    private static final String NAME = "io.pollring.test.property";

    private final Logger logger = (Logger) LoggerFactory.getLogger(PollringProperties.class);
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

    @BeforeEach
    void listen() {
        appender.start();
        logger.setAdditive(false);
        logger.addAppender(appender);
    }

    @AfterEach
    void clear() {
        System.clearProperty(NAME);
        logger.detachAppender(appender);
        logger.setAdditive(true);
    }

    private List<String> warnings() {
        return appender.list.stream().map(ILoggingEvent::getFormattedMessage).collect(Collectors.toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "TRUE", " yes ", "on", "1", ""})
    void trueIsSaidInSeveralWays(String value) {
        System.setProperty(NAME, value);
        assertTrue(PollringProperties.flag(NAME, false));
        assertEquals(List.of(), warnings());
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "No", "OFF", "0"})
    void falseIsSaidInSeveralWays(String value) {
        System.setProperty(NAME, value);
        assertFalse(PollringProperties.flag(NAME, true));
        assertEquals(List.of(), warnings());
    }

    @Test
    void whatIsNeitherIsWarnedOfOnceAndTheDefaultCounts() {
        System.setProperty(NAME, "ture");
        for (int i = 0; i < 3; i++) {
            assertTrue(PollringProperties.flag(NAME, true));
            assertFalse(PollringProperties.flag(NAME, false));
            assertTrue(PollringProperties.flag(NAME, false, true), "the safe value");
        }
        assertEquals(List.of("-Dio.pollring.test.property=ture is not understood (expected: true or false); true counts"),
                warnings());
    }

    @Test
    void whatIsNotSetIsTheDefault() {
        assertTrue(PollringProperties.flag(NAME, true, false));
        assertEquals(7, PollringProperties.number(NAME, 7, 0, 9));
        assertEquals("a", PollringProperties.word(NAME, "b", "a", "b"));
        assertEquals(List.of(), warnings());
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "10, 10", "-1, 7", "11, 7", "x, 7", "99999999999, 7", "'', 7", "1.5, 7"})
    void numberIsInItsRange(String value, int number) {
        System.setProperty(NAME, value);
        assertEquals(number, PollringProperties.number(NAME, 7, 0, 10));
        assertEquals(number == 7 ? 1 : 0, warnings().size());
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "8, 8", "0, 4", "3, 4", "16, 4"})
    void powerOfTwoIsOne(String value, int number) {
        System.setProperty(NAME, value);
        assertEquals(number, PollringProperties.powerOfTwo(NAME, 4, 8));
    }

    @Test
    void wordIsOneOfThose() {
        System.setProperty(NAME, " B ");
        assertEquals("b", PollringProperties.word(NAME, "a", "a", "b"));
        System.setProperty(NAME, "c");
        assertEquals("b", PollringProperties.word(NAME, "b", "a", "b"));
        assertEquals(List.of("-Dio.pollring.test.property=c is not understood (expected: a or b); b counts"), warnings());
    }

    @Test
    void unknownNameIsWarnedOfOnceWithTheNearest() {
        System.setProperty("io.pollring.noring", "true");
        System.setProperty("io.pollring.bananas", "2");
        System.setProperty(NAME, "somebody else's");
        try {
            PollringProperties.warnOfUnknown();
            PollringProperties.warnOfUnknown();
        } finally {
            System.clearProperty("io.pollring.noring");
            System.clearProperty("io.pollring.bananas");
        }
        assertEquals(List.of("-Dio.pollring.bananas is no property of Pollring and has no effect",
                "-Dio.pollring.noring is no property of Pollring and has no effect; is io.pollring.noRing meant?"),
                warnings().stream().sorted().collect(Collectors.toList()));
    }

    @Test
    void nearestNameIsNotFarAway() {
        assertEquals("io.pollring.ringSize", PollringProperties.nearest("io.pollring.ringsizes"));
        assertEquals("io.pollring.feature.streamIo", PollringProperties.nearest("io.pollring.feature.streamIO"));
        assertNull(PollringProperties.nearest("io.pollring.somethingElse"));
    }
}
