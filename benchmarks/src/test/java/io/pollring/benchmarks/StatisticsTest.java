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
        assertEquals(3, Statistics.median(List.of(100.0, 3.0, -7.0)), EXACT);
        assertEquals(5, Statistics.median(List.of(5.0)), EXACT);
    }

    @Test
    void medianOfAnEvenNumberIsBetweenTheTwoMiddleOnes() {
        assertEquals(2.5, Statistics.median(List.of(4.0, 1.0, 3.0, 2.0)), EXACT);
    }

    @Test
    void quartilesAreInterpolated() {
        List<Double> values = List.of(40.0, 10.0, 20.0, 30.0);
        assertEquals(17.5, Statistics.quantile(values, 0.25), EXACT);
        assertEquals(32.5, Statistics.quantile(values, 0.75), EXACT);
        assertEquals(20, Statistics.quantile(List.of(10.0, 20.0, 30.0, 40.0, 50.0), 0.25), EXACT);
    }

    @Test
    void extremesAreTheSmallestAndTheLargest() {
        List<Double> values = List.of(3.0, -1.0, 8.0, 2.0);
        assertEquals(-1, Statistics.min(values), EXACT);
        assertEquals(8, Statistics.max(values), EXACT);
    }

    @Test
    void theGivenOrderIsLeftAlone() {
        List<Double> values = new java.util.ArrayList<>(List.of(3.0, 1.0, 2.0));
        Statistics.median(values);
        assertEquals(List.of(3.0, 1.0, 2.0), values);
    }

    @Test
    void nonsenseIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Statistics.median(List.of()));
        assertThrows(IllegalArgumentException.class, () -> Statistics.quantile(List.of(1.0), 1.01));
        assertThrows(IllegalArgumentException.class, () -> Statistics.quantile(List.of(1.0), Double.NaN));
    }
}
