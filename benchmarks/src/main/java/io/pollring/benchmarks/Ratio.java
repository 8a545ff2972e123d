/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How one contender compares to another: the ratio of their figures in each round, of which the median is told, and
 * how sure it is. Both figures of a pair were taken within seconds of each other, so what slows the whole machine for a
 * while slows both and cancels out, which it would not in a ratio of two medians.
 *
 * @param interval of the median, with a confidence of 95 % or more
 */
record Ratio(List<Double> pairs, MedianInterval interval) {
    /** From fewer rounds there is no ratio: its interval would be as wide as the widest of them. */
    static final int MIN_ROUNDS = 7;

    /** @throws IllegalArgumentException when there are fewer than {@link #MIN_ROUNDS} rounds */
    static Ratio of(List<Double> numerators, List<Double> denominators) {
        if (numerators.size() != denominators.size()) {
            throw new IllegalArgumentException("rounds must come in pairs: " + numerators.size() + " and "
                    + denominators.size());
        }
        if (numerators.size() < MIN_ROUNDS) {
            throw new IllegalArgumentException(refusal(numerators.size()));
        }
        List<Double> pairs = new ArrayList<>();
        for (int i = 0; i < numerators.size(); i++) {
            pairs.add(numerators.get(i) / denominators.get(i));
        }
        return new Ratio(pairs, MedianInterval.of(pairs));
    }

    /** Why that many rounds give no ratio, or {@code null}. */
    static String refusal(int rounds) {
        return rounds >= MIN_ROUNDS ? null : "no ratios from " + rounds + (rounds == 1 ? " round" : " rounds")
                + ": at least " + MIN_ROUNDS + " are needed";
    }

    static Map<String, Object> toMap(Map<String, Ratio> ratios) {
        Map<String, Object> map = new LinkedHashMap<>();
        ratios.forEach((name, ratio) -> map.put(name, ratio.toMap()));
        return map;
    }

    int rounds() {
        return pairs.size();
    }

    double median() {
        return MedianInterval.median(pairs);
    }

    /** Whether one is better than the other, as far as these rounds can tell. */
    boolean isDifference() {
        return !interval.contains(1);
    }

    double min() {
        return Collections.min(pairs);
    }

    double max() {
        return Collections.max(pairs);
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("median", median());
        map.put("interval", interval.toMap());
        map.put("difference", isDifference());
        map.put("min", min());
        map.put("max", max());
        map.put("rounds", rounds());
        return map;
    }
}
