/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.agent;

/**
 * Tells what concerns no Netty that could log it. To standard error, as the JVM does: a logging library that an agent
 * starts before the program does would be there before it is configured.
 */
final class Report {
    private Report() { }

    static void line(String text) {
        System.err.println("Pollring agent: " + text);
    }
}
