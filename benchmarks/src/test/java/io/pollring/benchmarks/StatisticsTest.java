/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import org.junit.jupiter.api.Test;

import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class StatisticsTest {
    private static final double EXACT = 1e-12;

    @Test
    void medianOfAnOddNumberIsTheMiddleOne() {
        assertEquals(3, MedianInterval.median(List.of(100.0, 3.0, -7.0)), EXACT);
        assertEquals(5, MedianInterval.median(List.of(5.0)), EXACT);
    }

    @Test
    void medianOfAnEvenNumberIsBetweenTheTwoMiddleOnes() {
        assertEquals(2.5, MedianInterval.median(List.of(4.0, 1.0, 3.0, 2.0)), EXACT);
    }

    @Test
    void theGivenOrderIsLeftAlone() {
        List<Double> values = new java.util.ArrayList<>(List.of(3.0, 1.0, 2.0));
        MedianInterval.median(values);
        assertEquals(List.of(3.0, 1.0, 2.0), values);
    }

    @Test
    void nonsenseIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> MedianInterval.median(List.of()));
    }
}
