/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.agent;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Properties;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class SettingsTest {

    @Test
    void nothingSetIsOnWithNettysChannels() {
        Settings settings = Settings.of(new Properties());
        assertFalse(settings.isOff());
        assertFalse(settings.ownChannels());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "true", "yes", "1", "on", "ture"})
    void whateverIsNoPlainNoSwitchesOff(String value) {
        assertTrue(with(Settings.OFF, value).isOff());
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "FALSE", "no", "0"})
    void aPlainNoDoesNot(String value) {
        assertFalse(with(Settings.OFF, value).isOff());
    }

    @Test
    void onlyOwnMeansOwnChannels() {
        assertTrue(with(Settings.CHANNELS, "own").ownChannels());
        for (String value : new String[] {"netty", "", "true"}) {
            assertEquals(false, with(Settings.CHANNELS, value).ownChannels(), value);
        }
    }

    private static Settings with(String name, String value) {
        Properties properties = new Properties();
        properties.setProperty(name, value);
        return Settings.of(properties);
    }
}
