/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.List;

/** What can be set: system properties. */
final class SoakSettings {
    static final String PREFIX = "pollring.soak.";
    /** The heap is there from the beginning, so that resident memory tells of all the rest. */
    static final List<String> JVM = List.of("-ea", "-Xms768m", "-Xmx768m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC",
            "-Dio.netty.leakDetection.level=paranoid");
    /** For what the JVM opens, and for pipes on their way. */
    private static final long OTHER_FILES = 1000;

    /** Of both phases together. */
    final int seconds = Integer.getInteger(PREFIX + "seconds", 60);
    final long seed = Long.getLong(PREFIX + "seed", System.nanoTime());
    /** How much is done to all connections in a second, at most. */
    final int eventsPerSecond = Integer.getInteger(PREFIX + "events", 800);
    final int connections = Integer.getInteger(PREFIX + "connections", 2000);
    final int connectionsThatFit;
    /** Where the network loses packets: a reset is not sent again, and who does not send never hears of it. */
    final boolean resetsGetLost = Boolean.getBoolean(PREFIX + "resetsGetLost");

    SoakSettings() {
        // Both ends are here.
        connectionsThatFit = (int) Math.max(10, Math.min(connections, (maxFiles() - OTHER_FILES) / 2));
    }

    static long maxFiles() {
        try {
            for (String line : Files.readAllLines(Paths.get("/proc/self/limits"))) {
                if (line.startsWith("Max open files")) {
                    String soft = line.substring("Max open files".length()).trim().split(" +")[0];
                    return soft.equals("unlimited") ? Integer.MAX_VALUE : Long.parseLong(soft);
                }
            }
            throw new IOException("no line on open files in /proc/self/limits");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return "seconds=" + seconds + " seed=" + seed + " events=" + eventsPerSecond + "/s connections="
                + connectionsThatFit + (connectionsThatFit < connections ? " (not " + connections
                + ": RLIMIT_NOFILE is " + maxFiles() + ", raise it with ulimit -n)" : "");
    }
}
