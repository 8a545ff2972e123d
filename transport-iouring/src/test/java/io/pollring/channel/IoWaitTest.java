/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.util.concurrent.Future;
import io.pollring.ring.RingFeature;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** An idle loop does not pass for one that waits for a disk. */
class IoWaitTest {
    private static final String FEATURE = "io.pollring.feature." + RingFeature.NO_IOWAIT.propertyName();
    private static final int LOOPS = 16;
    private static final int ROUNDS = 51;

    @Test
    void idleLoopsAreNotBlocked() throws Exception {
        assumeTrue(isKernelNewEnough(), "Linux before 6.15 accounts every wait for a ring as iowait");
        try (TestGroup group = new TestGroup(Mode.RING, LOOPS)) {
            int blocked = blockedAsLoopsFallAsleep(group);
            assertTrue(blocked < LOOPS / 2, blocked + " more");
        }
    }

    /** The check above can fail. */
    @Test
    void withoutTheFeatureTheyAre() throws Exception {
        System.setProperty(FEATURE, "false");
        try (TestGroup group = new TestGroup(Mode.RING, LOOPS)) {
            int blocked = blockedAsLoopsFallAsleep(group);
            assertTrue(blocked >= LOOPS / 2, blocked + " more");
        } finally {
            System.clearProperty(FEATURE);
        }
    }

    private static boolean isKernelNewEnough() {
        String[] version = System.getProperty("os.version").split("[^0-9]+", 3);
        int major = Integer.parseInt(version[0]);
        return major > 6 || major == 6 && Integer.parseInt(version[1]) >= 15;
    }

    /**
     * The kernel has this figure for the whole machine only, on which others wait for disks and for rings, and begin and
     * end. So it is taken twice in a moment, with the loops held by a task and asleep, and often.
     *
     * @return how many tasks more wait for I/O when the loops are asleep, as a median
     */
    private static int blockedAsLoopsFallAsleep(TestGroup group) throws Exception {
        List<Path> threads = new ArrayList<>();
        for (int i = 0; i < LOOPS; i++) {
            TestGroup.run(group.loop(i), () -> threads.add(Path.of("/proc/thread-self").toRealPath()));
        }
        int[] differences = new int[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            CountDownLatch held = new CountDownLatch(LOOPS);
            CountDownLatch over = new CountDownLatch(1);
            List<Future<Boolean>> tasks = new ArrayList<>();
            for (int i = 0; i < LOOPS; i++) {
                tasks.add(group.loop(i).submit(() -> {
                    held.countDown();
                    return over.await(30, TimeUnit.SECONDS);
                }));
            }
            assertTrue(held.await(30, TimeUnit.SECONDS));
            int before = blocked();
            over.countDown();
            for (Future<Boolean> task : tasks) {
                assertTrue(task.get());
            }
            for (Path thread : threads) {
                awaitSleep(thread);
            }
            differences[round] = blocked() - before;
        }
        Arrays.sort(differences);
        return differences[ROUNDS / 2];
    }

    private static void awaitSleep(Path thread) throws IOException {
        String stat;
        do {
            // "17 (name) S ..."; the name may contain anything.
            stat = Files.readString(thread.resolve("stat"));
        } while (stat.charAt(stat.lastIndexOf(')') + 2) != 'S');
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
