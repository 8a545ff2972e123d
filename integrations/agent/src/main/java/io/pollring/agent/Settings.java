/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.agent;

import java.util.Locale;
import java.util.Properties;

/** What the operator has set. */
final class Settings {
    static final String OFF = "io.pollring.agent.off";
    static final String CHANNELS = "io.pollring.agent.channels";

    private final boolean off;
    private final boolean ownChannels;

    private Settings(boolean off, boolean ownChannels) {
        this.off = off;
        this.ownChannels = ownChannels;
    }

    static Settings fromSystemProperties() {
        return of(System.getProperties());
    }

    static Settings of(Properties properties) {
        return new Settings(isOff(properties.getProperty(OFF)), areOwn(properties.getProperty(CHANNELS)));
    }

    /** Whoever reaches for the switch wants out: what is not a plain no is a yes. */
    private static boolean isOff(String value) {
        return value != null && !value.trim().toLowerCase(Locale.ROOT).matches("false|no|0");
    }

    private static boolean areOwn(String value) {
        if (value == null || value.equals("netty")) {
            return false;
        }
        if (value.equals("own")) {
            return true;
        }
        Report.line(CHANNELS + " is own or netty, not " + value + "; the channels stay Netty's");
        return false;
    }

    boolean isOff() {
        return off;
    }

    boolean ownChannels() {
        return ownChannels;
    }
}
