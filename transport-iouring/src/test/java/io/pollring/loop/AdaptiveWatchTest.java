/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Where loops may watch; how they do is tested with real ones. */
class AdaptiveWatchTest {
    @ParameterizedTest
    @CsvSource({"1, false, 0", "2, false, 2", "8, false, 8", "8, true, 0"})
    void asManyLoopsWatchAsThereAreProcessorsOfOnesOwn(int processors, boolean limited, int loops) {
        assertEquals(loops, AdaptiveWatch.maxLoops(processors, limited));
    }
}
