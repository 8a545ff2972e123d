/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the median of that which was sampled lies, with a confidence of at least 95 %.
 * <p>
 * It is the exact interval between two order statistics: each sample lies below the true median with probability 1/2,
 * so how many of n do is binomially distributed, whatever else the samples' distribution is. The interval leaves out
 * the k-1 smallest and the k-1 largest, with the largest k for which it is still wrong in no more than 5 % of all
 * cases. With 7 samples k is 1, with 9 it is 2, with 12 it is 3, with 15 it is 4.
 *
 * @param confidence how often such an interval has the median in it: 95 % or somewhat more, as there are no samples in
 *                   between
 */
record MedianInterval(double low, double high, double confidence) {
    /** From fewer samples than this, even the range from the smallest to the largest would not be enough. */
    static final int MIN_SAMPLES = 6;
    private static final double LEVEL = 0.95;

    /** The median of what was sampled itself: of an even number of values the mean of the two in the middle. */
    static double median(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("no values");
        }
        List<Double> sorted = values.stream().sorted().toList();
        int above = sorted.size() / 2;
        return (sorted.get((sorted.size() - 1) / 2) + sorted.get(above)) / 2;
    }

    static MedianInterval of(List<Double> samples) {
        int n = samples.size();
        if (n < MIN_SAMPLES) {
            throw new IllegalArgumentException("an interval of the median takes " + MIN_SAMPLES + " samples, not " + n);
        }
        // The probability that exactly k samples lie below the median, and that fewer do.
        double exactly = Math.pow(0.5, n);
        double fewer = 0;
        int k = 0;
        while (fewer + exactly <= (1 - LEVEL) / 2) {
            fewer += exactly;
            exactly = exactly * (n - k) / (k + 1);
            k++;
        }
        List<Double> sorted = samples.stream().sorted().toList();
        return new MedianInterval(sorted.get(k - 1), sorted.get(n - k), 1 - 2 * fewer);
    }

    boolean contains(double value) {
        return low <= value && value <= high;
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("low", low);
        map.put("high", high);
        map.put("confidence", confidence);
        return map;
    }
}
