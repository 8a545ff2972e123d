/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.Arrays;
import java.util.List;

/** Order statistics of a few numbers. */
final class Statistics {

    private Statistics() {
    }

    static double median(List<Double> values) {
        return quantile(values, 0.5);
    }

    /** Between two neighbours it is interpolated linearly, so that 0 is the smallest value and 1 the largest. */
    static double quantile(List<Double> values, double fraction) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("no values");
        }
        if (!(fraction >= 0 && fraction <= 1)) {
            throw new IllegalArgumentException("fraction " + fraction + ": must be in 0..1");
        }
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        double position = fraction * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    static double min(List<Double> values) {
        return quantile(values, 0);
    }

    static double max(List<Double> values) {
        return quantile(values, 1);
    }
}
