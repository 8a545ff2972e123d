/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.function.ToDoubleFunction;

/**
 * What is told of a round, as a column of its own, and compared.
 *
 * @param <M> what was measured in a round
 */
final class Figure<M> implements ToDoubleFunction<M> {
    private final String label;
    private final String key;
    private final String format;
    private final boolean largerIsBetter;
    private final ToDoubleFunction<M> figure;

    /**
     * @param label  as the head of a column
     * @param key    what it is called in the JSON
     * @param format how a value is printed
     */
    Figure(String label, String key, String format, boolean largerIsBetter, ToDoubleFunction<M> figure) {
        this.label = label;
        this.key = key;
        this.format = format;
        this.largerIsBetter = largerIsBetter;
        this.figure = figure;
    }

    String label() {
        return label;
    }

    /** What its ratios are called in the JSON. */
    String ratiosKey() {
        return key + "Ratios";
    }

    String format() {
        return format;
    }

    boolean largerIsBetter() {
        return largerIsBetter;
    }

    @Override
    public double applyAsDouble(M round) {
        return figure.applyAsDouble(round);
    }

    @Override
    public String toString() {
        return label;
    }
}
