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
 * What came out of one workload.
 *
 * @param contenders  in the order asked for; the first is compared to each of the others
 * @param unavailable those that cannot be used here, and why
 * @param counterName what counted system calls
 */
record Result(Workload workload, List<ContenderResult> contenders, Map<String, String> unavailable,
              String counterName) {

    /** Why there are no ratios, or {@code null}. */
    String ratiosRefused() {
        return Ratio.refusal(contenders.isEmpty() ? 0 : contenders.get(0).rounds());
    }

    /** A figure of the first contender over that of each of the others. */
    Map<String, Ratio> ratios(Figure figure) {
        Map<String, Ratio> ratios = new LinkedHashMap<>();
        for (int i = 1; i < contenders.size(); i++) {
            ContenderResult first = contenders.get(0);
            ContenderResult other = contenders.get(i);
            ratios.put(first.label() + '/' + other.label(), Ratio.of(first.figures(figure), other.figures(figure)));
        }
        return ratios;
    }

    /** Everything, to be written as JSON. */
    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("description", workload.describe());
        map.put("service", workload.kind().label());
        map.put("connections", workload.connections());
        if (workload.rate() != null) {
            map.put("rate", workload.rate().toString());
        }
        map.put("messageSize", workload.kind().load().messageSize());
        map.put("unit", workload.kind().load().unit());
        if (ratiosRefused() == null) {
            for (Figure figure : Figure.compared(workload.kind())) {
                map.put(figure.ratiosKey, Ratio.toMap(ratios(figure)));
            }
        } else {
            map.put("ratiosRefused", ratiosRefused());
        }
        Map<String, Object> results = new LinkedHashMap<>();
        contenders.forEach(contender -> results.put(contender.label(), contender.toMap()));
        map.put("contenders", results);
        map.put("unavailable", unavailable);
        map.put("warnings", Warnings.of(this));
        map.put("notes", Notes.of(this));
        // As it was printed, for who has the file and not the terminal.
        map.put("text", TextReport.of(this));
        return map;
    }
}
