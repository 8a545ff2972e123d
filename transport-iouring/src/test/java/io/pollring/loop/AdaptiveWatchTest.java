/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Where loops may watch, and when it is worthwhile; how they do is tested with real ones. */
class AdaptiveWatchTest {
    private final LoopMetrics metrics = new LoopMetrics();
    private final AdaptiveWatch watch = new AdaptiveWatch(20_000, Integer.MAX_VALUE, metrics);

    @ParameterizedTest
    @CsvSource({"1, false, 0", "2, false, 2", "8, false, 8", "8, true, 0"})
    void asManyLoopsWatchAsThereAreProcessorsOfOnesOwn(int processors, boolean limited, int loops) {
        assertEquals(loops, AdaptiveWatch.maxLoops(processors, limited));
    }

    @Test
    void aLoopThatWaitsNoLongerWatchesAndOneThatDoesSleeps() {
        assertFalse(watch.isWorthwhile());
        assertEquals(8, shortWaitsUntilItWatches());
        for (int i = 0; i < 100; i++) {
            watch.end(true, true);
        }
        watch.end(false, true);
        assertTrue(watch.isWorthwhile());
        watch.end(false, true);
        assertFalse(watch.isWorthwhile());
        assertEquals(100, metrics.watchesInTime.get());
        assertEquals(2, metrics.watchesGivenUp.get());
    }

    @Test
    void watchingThatFailsIsTriedEverMoreSeldom() {
        shortWaitsUntilItWatches();
        for (int needed = 16; needed <= 64; needed *= 2) {
            watch.end(true, true);
            watch.end(true, true);
            watch.end(false, true);
            assertEquals(needed, shortWaitsUntilItWatches());
        }
        int failures = 0;
        for (int i = 0; i < 100_000; i++) {
            boolean watches = watch.isWorthwhile();
            failures += watches ? 1 : 0;
            watch.end(!watches, watches);
        }
        assertTrue(failures > 0 && failures < 2_000, "failed " + failures + " times");
    }

    @Test
    void failuresAreForgotten() {
        for (int failure = 0; failure < 10; failure++) {
            shortWaitsUntilItWatches();
            watch.end(false, true);
        }
        for (int i = 0; i < 3 * 2_048; i++) {
            watch.end(false, false);
        }
        assertEquals(8, shortWaitsUntilItWatches());
    }

    @Test
    void failuresAreForgottenWhenWatchingLasts() {
        shortWaitsUntilItWatches();
        watch.end(false, true);
        assertEquals(16, shortWaitsUntilItWatches());
        for (int i = 0; i < 64; i++) {
            watch.end(true, true);
        }
        for (int i = 0; i < 10; i++) {
            watch.end(false, false);
        }
        assertEquals(8, shortWaitsUntilItWatches());
    }

    private int shortWaitsUntilItWatches() {
        int waits = 0;
        while (!watch.isWorthwhile()) {
            watch.end(true, false);
            waits++;
        }
        return waits;
    }
}
