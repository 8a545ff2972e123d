/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.pollring.ring.RingFeature;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** An idle loop does not pass for one that waits for a disk. */
class IoWaitTest {
    private static final String FEATURE = "io.pollring.feature." + RingFeature.NO_IOWAIT.propertyName();
    private static final int SAMPLES = 200;
    private static final int LOOPS = 16;
    /** Of the whole machine, on which others may wait, for disks now and then, or for rings. */
    private static final int OTHERS = LOOPS / 2;

    @Test
    void idleLoopsAreNotBlocked() throws Exception {
        assumeTrue(isKernelNewEnough(), "Linux before 6.15 accounts every wait for a ring as iowait");
        int before = fewestBlocked();
        try (TestGroup group = new TestGroup(Mode.RING, LOOPS)) {
            startAll(group);
            assertTrue(fewestBlocked() < before + OTHERS);
        }
    }

    /** The check above can fail. */
    @Test
    void withoutTheFeatureTheyAre() throws Exception {
        int before = fewestBlocked();
        System.setProperty(FEATURE, "false");
        try (TestGroup group = new TestGroup(Mode.RING, LOOPS)) {
            startAll(group);
            assertTrue(fewestBlocked() >= before + OTHERS);
        } finally {
            System.clearProperty(FEATURE);
        }
    }

    private static boolean isKernelNewEnough() {
        String[] version = System.getProperty("os.version").split("[^0-9]+", 3);
        int major = Integer.parseInt(version[0]);
        return major > 6 || major == 6 && Integer.parseInt(version[1]) >= 15;
    }

    private static void startAll(TestGroup group) throws Exception {
        for (int i = 0; i < LOOPS; i++) {
            TestGroup.run(group.loop(i), () -> { });
        }
        Thread.sleep(50);
    }

    private static int fewestBlocked() throws Exception {
        int fewest = Integer.MAX_VALUE;
        for (int i = 0; i < SAMPLES; i++) {
            fewest = Math.min(fewest, blocked());
            Thread.sleep(2);
        }
        return fewest;
    }

    /** How many tasks wait for I/O, as the kernel accounts it. */
    private static int blocked() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/stat"))) {
            if (line.startsWith("procs_blocked ")) {
                return Integer.parseInt(line.substring(line.indexOf(' ') + 1));
            }
        }
        throw new AssertionError("no procs_blocked in /proc/stat");
    }
}
