/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.EnumSet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** The system properties that switch features off. */
class RingFeatureTest {

    @AfterEach
    void clear() {
        System.clearProperty("io.pollring.features");
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
    @EnumSource(RingFeature.class)
    void eachHasItsOwnSwitch(RingFeature feature) {
        set(feature, " false ");
        assertEquals(EnumSet.complementOf(EnumSet.of(feature)), RingFeature.allowedByProperties());
    }

    @Test
    void allCanBeSwitchedOffAndSingleOnesOnAgain() {
        System.setProperty("io.pollring.features", "none");
        assertEquals(EnumSet.noneOf(RingFeature.class), RingFeature.allowedByProperties());
        set(RingFeature.EXT_ARG, "true");
        assertEquals(EnumSet.of(RingFeature.EXT_ARG), RingFeature.allowedByProperties());
    }

    @Test
    void anythingElseIsAnError() {
        System.setProperty("io.pollring.features", "some");
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, RingFeature::allowedByProperties);
        assertEquals("io.pollring.features: some (expected: all or none)", e.getMessage());
    }
}
