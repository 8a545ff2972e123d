/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What was measured of each contender in every round, where there is no load generator.
 *
 * @param <M> of one round
 */
abstract class RoundsResult<M> implements Result {
    private final Workload workload;
    private final Map<Contender, List<M>> rounds;
    private final Map<String, String> unavailable;
    private final List<String> withoutRing;

    /**
     * @param rounds      in the order asked for; the first is compared to each of the others
     * @param withoutRing the labels of ours that ran on epoll
     */
    RoundsResult(Workload workload, Map<Contender, List<M>> rounds, Map<String, String> unavailable,
                 List<String> withoutRing) {
        this.workload = workload;
        this.rounds = rounds;
        this.unavailable = unavailable;
        this.withoutRing = withoutRing;
    }

    @Override
    public Workload workload() {
        return workload;
    }

    @Override
    public Map<String, String> unavailable() {
        return unavailable;
    }

    List<Contender> contenders() {
        return List.copyOf(rounds.keySet());
    }

    /** One figure of every round, in the order of the rounds. */
    List<Double> figures(Contender contender, ToDoubleFunction<? super M> figure) {
        return rounds.get(contender).stream().map(figure::applyAsDouble).collect(Collectors.toList());
    }

    double median(Contender contender, ToDoubleFunction<? super M> figure) {
        return Statistics.median(figures(contender, figure));
    }

    /** Why there are no ratios, or {@code null}. */
    String ratiosRefused() {
        return Ratio.refusal(rounds.isEmpty() ? 0 : rounds.values().iterator().next().size());
    }

    /** A figure of the first contender over that of each of the others. */
    Map<String, Ratio> ratios(ToDoubleFunction<? super M> figure) {
        Map<String, Ratio> ratios = new LinkedHashMap<>();
        List<Contender> all = contenders();
        for (Contender other : all.subList(Math.min(1, all.size()), all.size())) {
            ratios.put(all.get(0) + "/" + other, Ratio.of(figures(all.get(0), figure), figures(other, figure)));
        }
        return ratios;
    }

    /** What makes it doubtful. */
    List<String> warnings() {
        return withoutRing.stream().map(Warnings::noRing).collect(Collectors.toList());
    }

    /** A table of the medians, and what there is to say to it. */
    abstract List<String> table();

    abstract void addRatiosTo(Table table);

    abstract void addRatiosTo(Map<String, Object> map);

    abstract Map<String, Object> toMap(M round);

    @Override
    public List<String> toText() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("== " + workload + ": " + workload.describe());
        lines.addAll(table());
        lines.add("");
        if (ratiosRefused() == null) {
            Table ratios = TextReport.newRatioTable();
            addRatiosTo(ratios);
            lines.addAll(ratios.lines());
        } else {
            lines.add(ratiosRefused());
        }
        unavailable.forEach((label, why) -> lines.add(TextReport.unavailable(label, why)));
        warnings().forEach(warning -> lines.add("WARNING " + warning));
        return lines;
    }

    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("service", workload.kind().label());
        map.put("connections", workload.connections());
        if (ratiosRefused() == null) {
            addRatiosTo(map);
        } else {
            map.put("ratiosRefused", ratiosRefused());
        }
        Map<String, Object> contenders = new LinkedHashMap<>();
        rounds.forEach((contender, measurements) -> {
            Map<String, Object> of = new LinkedHashMap<>();
            of.put("transport", contender.transport());
            of.put("systemProperties", contender.systemProperties());
            of.put("rounds", measurements.stream().map(this::toMap).collect(Collectors.toList()));
            contenders.put(contender.label(), of);
        });
        map.put("contenders", contenders);
        map.put("unavailable", unavailable);
        map.put("warnings", warnings());
        return map;
    }
}
