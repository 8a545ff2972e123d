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

import java.util.Collections;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class RatioTest {
    private static final double EXACT = 1e-12;

    @Test
    void figuresArePairedRoundByRound() {
        // The same five figures on both sides: paired by size instead of by round, every ratio would be 1.
        Ratio ratio = Ratio.of(List.of(1.0, 2.0, 3.0, 4.0, 10.0), List.of(10.0, 4.0, 3.0, 2.0, 1.0));
        assertEquals(1, ratio.median(), EXACT);
        assertEquals(0.1, ratio.min(), EXACT);
        assertEquals(0.5, ratio.lowerQuartile(), EXACT);
        assertEquals(2, ratio.upperQuartile(), EXACT);
        assertEquals(10, ratio.max(), EXACT);
        assertEquals(5, ratio.rounds());
    }

    @Test
    void medianAndSpreadAreThoseOfThePairs() {
        Ratio ratio = Ratio.of(List.of(2.0, 1.0, 5.0, 3.0, 4.0), List.of(1.0, 1.0, 1.0, 1.0, 1.0));
        assertEquals(3, ratio.median(), EXACT);
        assertEquals(2, ratio.lowerQuartile(), EXACT);
        assertEquals(4, ratio.upperQuartile(), EXACT);
        assertEquals(1, ratio.min(), EXACT);
        assertEquals(5, ratio.max(), EXACT);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4})
    void fewerThanFiveRoundsGiveNoRatio(int rounds) {
        List<Double> figures = Collections.nCopies(rounds, 1.0);
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> Ratio.of(figures, figures));
        assertTrue(refusal.getMessage().contains("at least 5"), refusal.getMessage());
    }

    @Test
    void aRoundThatOnlyOneHadIsRefused() {
        assertThrows(IllegalArgumentException.class,
                () -> Ratio.of(Collections.nCopies(6, 1.0), Collections.nCopies(5, 1.0)));
    }
}
