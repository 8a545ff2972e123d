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
import java.util.function.ToDoubleFunction;

/** One workload's comparison. */
final class WorkloadResult implements Result {
    private final Workload workload;
    private final List<ContenderResult> contenders;
    private final Map<String, String> unavailable;
    private final String counterName;

    /**
     * @param contenders  in the order asked for; the first is compared to each of the others
     * @param unavailable those that cannot be used here, and why
     * @param counterName what counted system calls
     */
    WorkloadResult(Workload workload, List<ContenderResult> contenders, Map<String, String> unavailable,
                   String counterName) {
        this.workload = workload;
        this.contenders = contenders;
        this.unavailable = unavailable;
        this.counterName = counterName;
    }

    @Override
    public Workload workload() {
        return workload;
    }

    List<ContenderResult> contenders() {
        return contenders;
    }

    @Override
    public Map<String, String> unavailable() {
        return unavailable;
    }

    /** Why there are no ratios, or {@code null}. */
    String ratiosRefused() {
        return Ratio.refusal(contenders.isEmpty() ? 0 : contenders.get(0).throughputs().size());
    }

    /** The throughput of the first contender over that of each of the others: above 1 is good. */
    Map<String, Ratio> throughputRatios() {
        return ratios(Measurement::messagesPerSecond);
    }

    /**
     * The CPU time per message that the first contender's loop took over that of each of the others: below 1 is good.
     * Where others use the machine, too, this is steadier than throughput, and it tells more where the server was not
     * busy all the time.
     */
    Map<String, Ratio> cpuRatios() {
        return ratios(Measurement::loopCpuMicrosPerMessage);
    }

    /** What is compared, by what it is called in JSON; throughput is given where messages come at a rate. */
    Map<String, Map<String, Ratio>> allRatios() {
        Map<String, Map<String, Ratio>> all = new LinkedHashMap<>();
        if (workload.kind().isRate()) {
            all.put("p50Ratios", ratios(Measurement::p50Micros));
            all.put("p99Ratios", ratios(Measurement::p99Micros));
        } else {
            all.put("throughputRatios", throughputRatios());
        }
        all.put("cpuRatios", cpuRatios());
        return all;
    }

    private Map<String, Ratio> ratios(ToDoubleFunction<Measurement> figure) {
        Map<String, Ratio> ratios = new LinkedHashMap<>();
        for (int i = 1; i < contenders.size(); i++) {
            ContenderResult first = contenders.get(0);
            ContenderResult other = contenders.get(i);
            ratios.put(first.label() + '/' + other.label(), Ratio.of(first.figures(figure), other.figures(figure)));
        }
        return ratios;
    }

    @Override
    public List<String> toText() {
        return TextReport.of(this, counterName);
    }

    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("service", workload.kind().label());
        map.put("connections", workload.connections());
        if (workload.rate() != null) {
            map.put("rate", workload.rate().toString());
        }
        map.put("messageSize", workload.kind().messageSize());
        map.put("unit", workload.kind().unit());
        if (ratiosRefused() == null) {
            allRatios().forEach((name, ratios) -> map.put(name, Ratio.toMap(ratios)));
        } else {
            map.put("ratiosRefused", ratiosRefused());
        }
        Map<String, Object> results = new LinkedHashMap<>();
        contenders.forEach(contender -> results.put(contender.label(), contender.toMap()));
        map.put("contenders", results);
        map.put("unavailable", unavailable);
        map.put("warnings", Warnings.of(this));
        map.put("notes", Notes.of(this));
        return map;
    }
}
