/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Several figures of each contender in every round, all of which are told and compared. */
abstract class FiguresResult<M> extends RoundsResult<M> {
    private final List<Figure<M>> figures;

    FiguresResult(List<Figure<M>> figures, Workload workload, Map<Contender, List<M>> rounds,
                  Map<String, String> unavailable, List<String> withoutRing) {
        super(workload, rounds, unavailable, withoutRing);
        this.figures = figures;
    }

    @Override
    void addRatiosTo(Table table) {
        figures.forEach(figure -> TextReport.addRatios(table, figure.label(), ratios(figure)));
    }

    @Override
    void addRatiosTo(Map<String, Object> map) {
        figures.forEach(figure -> map.put(figure.ratiosKey(), Ratio.toMap(ratios(figure))));
    }

    /** The heads of columns that are there besides the figures. */
    List<String> moreColumns() {
        return List.of();
    }

    List<String> moreCells(Contender contender) {
        return List.of();
    }

    @Override
    List<String> table() {
        List<String> header = new ArrayList<>(List.of("transport"));
        figures.forEach(figure -> header.add(figure.label()));
        header.addAll(moreColumns());
        Table table = new Table(header.toArray(new String[0]));
        for (Contender contender : contenders()) {
            List<String> row = new ArrayList<>(List.of(contender.label()));
            figures.forEach(figure ->
                    row.add(String.format(Locale.ROOT, figure.format(), median(contender, figure))));
            row.addAll(moreCells(contender));
            table.add(row.toArray(new String[0]));
        }
        return table.lines();
    }
}
