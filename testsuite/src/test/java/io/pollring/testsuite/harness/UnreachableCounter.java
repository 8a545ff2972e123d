/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Prints what the kernel has counted while a test ran that waits to hear that nobody has a datagram's port. Such a test
 * once waited in vain, on a loop without a ring. If {@code UdpNoPorts} and {@code IcmpInDestUnreachs} have grown then, the
 * kernel has answered, and it was the loop that did not hear; if not, the datagram or the answer was dropped.
 */
public final class UnreachableCounter implements TestExecutionListener {
    private static final Path COUNTERS = Paths.get("/proc/net/snmp");
    private static final String TESTS = "DatagramConnectNotExists";
    private static final List<String> NAMES =
            List.of("UdpNoPorts", "UdpInErrors", "UdpRcvbufErrors", "IcmpOutDestUnreachs", "IcmpInDestUnreachs");

    private Map<String, Long> before = Map.of();

    @Override
    public void executionStarted(TestIdentifier test) {
        if (isWatched(test)) {
            before = counters();
        }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (isWatched(test)) {
            Map<String, Long> after = counters();
            StringBuilder line = new StringBuilder(test.getDisplayName()).append(' ').append(result.getStatus());
            NAMES.forEach(name -> line.append(", ").append(name).append(" +")
                    .append(after.getOrDefault(name, 0L) - before.getOrDefault(name, 0L)));
            System.out.println(line);
        }
    }

    private static boolean isWatched(TestIdentifier test) {
        return test.getSource().filter(MethodSource.class::isInstance).map(MethodSource.class::cast)
                .filter(source -> source.getClassName().contains(TESTS)).isPresent();
    }

    /** Each protocol has a line of names, and one of values: {@code Udp: InDatagrams NoPorts ...}. */
    private static Map<String, Long> counters() {
        Map<String, Long> counters = new HashMap<>();
        try {
            List<String> lines = Files.readAllLines(COUNTERS);
            for (int i = 0; i + 1 < lines.size(); i += 2) {
                String[] names = lines.get(i).split("[: ]+");
                String[] values = lines.get(i + 1).split("[: ]+");
                for (int column = 1; column < names.length; column++) {
                    counters.put(names[0] + names[column], Long.parseLong(values[column]));
                }
            }
        } catch (IOException e) {
            System.out.println("The kernel's counters cannot be read: " + e);
        }
        return counters;
    }
}
