/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class RatioTest {
    private static final double EXACT = 1e-12;

    @Test
    void figuresArePairedRoundByRound() {
        // The same seven figures on both sides: paired by size instead of by round, every ratio would be 1.
        Ratio ratio = Ratio.of(List.of(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 10.0),
                List.of(10.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0));
        assertEquals(1, ratio.median(), EXACT);
        assertEquals(0.1, ratio.min(), EXACT);
        assertEquals(10, ratio.max(), EXACT);
        assertEquals(7, ratio.rounds());
        assertFalse(ratio.isDifference());
    }

    @Test
    void itIsADifferenceWhenTheIntervalOfTheMedianHasNoOneInIt() {
        // Of nine, the interval leaves out the smallest and the largest.
        assertTrue(ofPairs(0.5, 1.01, 1.02, 1.03, 1.04, 1.05, 1.06, 1.07, 1.6).isDifference());
        assertTrue(ofPairs(0.5, 0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.99, 7).isDifference());
        assertFalse(ofPairs(0.5, 0.99, 1.02, 1.03, 1.04, 1.05, 1.06, 1.07, 2).isDifference());
        assertFalse(ofPairs(0.5, 1, 1.02, 1.03, 1.04, 1.05, 1.06, 1.07, 2).isDifference(), "an end belongs to it");
    }

    @Test
    void whatIsNoDifferenceIsPrintedAsThat() {
        Map<String, Ratio> ratios = new LinkedHashMap<>();
        ratios.put("a/b", ofPairs(0.97, 0.98, 0.99, 1.01, 1.02, 1.03, 1.04));
        ratios.put("a/c", ofPairs(1.21, 1.22, 1.23, 1.24, 1.25, 1.26, 1.27));
        List<String> lines = TextReport.ratios(Map.of("msg/s", ratios));
        assertTrue(lines.get(1).matches("a/b +msg/s +no difference +0.970..1.040 .*"), lines.get(1));
        assertTrue(lines.get(2).matches("a/c +msg/s +1.240 +1.210..1.270 .*"), lines.get(2));
    }

    private static Ratio ofPairs(double... pairs) {
        List<Double> numerators = Arrays.stream(pairs).boxed().collect(Collectors.toList());
        return Ratio.of(numerators, Collections.nCopies(pairs.length, 1.0));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 6})
    void fewerThanSevenRoundsGiveNoRatio(int rounds) {
        List<Double> figures = Collections.nCopies(rounds, 1.0);
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> Ratio.of(figures, figures));
        assertTrue(refusal.getMessage().contains("at least 7"), refusal.getMessage());
    }

    @Test
    void aRoundThatOnlyOneHadIsRefused() {
        assertThrows(IllegalArgumentException.class,
                () -> Ratio.of(Collections.nCopies(8, 1.0), Collections.nCopies(7, 1.0)));
    }
}
