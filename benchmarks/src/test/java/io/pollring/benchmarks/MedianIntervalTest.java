/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class MedianIntervalTest {

    /** The ranks that are in the tables of the sign test, and what 1 - 2 P(X < rank) is for them. */
    @ParameterizedTest
    @CsvSource({"6, 1, 0.96875", "7, 1, 0.984375", "8, 1, 0.9921875", "9, 2, 0.9609375", "11, 2, 0.98828125",
            "12, 3, 0.9614258", "15, 4, 0.9648438", "17, 5, 0.9509583", "20, 6, 0.9586105", "25, 8, 0.9567147",
            "30, 10, 0.9572260", "100, 40, 0.9647998"})
    void ranksAndConfidenceAreThoseOfTheBinomialDistribution(int samples, int rank, double confidence) {
        List<Double> values = IntStream.rangeClosed(1, samples).mapToObj(i -> (double) i).collect(Collectors.toList());
        Collections.shuffle(values, new Random(7));
        MedianInterval interval = MedianInterval.of(values);
        assertEquals(rank, interval.low());
        assertEquals(samples - rank + 1, interval.high());
        assertEquals(confidence, interval.confidence(), 1e-6);
    }

    /** Whatever the distribution: this one is lopsided, and its median is ln 2. */
    @Test
    void nineteenOfTwentyIntervalsHaveTheMedianInThem() {
        Random random = new Random(42);
        int right = 0;
        int trials = 4000;
        for (int trial = 0; trial < trials; trial++) {
            List<Double> samples = new ArrayList<>();
            for (int i = 0; i < 15; i++) {
                samples.add(-Math.log(1 - random.nextDouble()));
            }
            right += MedianInterval.of(samples).contains(Math.log(2)) ? 1 : 0;
        }
        // 0.9648 of them, and the standard deviation of that share is 0.0029.
        assertEquals(0.9648, (double) right / trials, 0.012);
    }

    @Test
    void bothEndsBelongToIt() {
        MedianInterval interval = MedianInterval.of(List.of(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0));
        assertTrue(interval.contains(1) && interval.contains(7));
        assertFalse(interval.contains(0.999) || interval.contains(7.001));
    }

    @Test
    void fiveSamplesAreTooFew() {
        assertThrows(IllegalArgumentException.class, () -> MedianInterval.of(Collections.nCopies(5, 1.0)));
    }
}
