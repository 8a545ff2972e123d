/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import org.junit.jupiter.api.Test;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** What is told of how a message's cost grows. */
class GrowthTest {
    private static Map<String, Object> workload(Map<String, Double> figures) {
        Map<String, Object> contenders = new LinkedHashMap<>();
        figures.forEach((label, micros) -> contenders.put(label, Map.of("medianLoopCpuMicrosPerMessage", micros)));
        return Map.of("contenders", contenders);
    }

    private static Map<String, Object> document() {
        Map<String, Object> workloads = new LinkedHashMap<>();
        workloads.put("scheduled:1000", workload(Map.of("own", 4.0)));
        workloads.put("rate:20%:64", workload(Map.of("own", 3.0)));
        workloads.put("scheduled:100000", workload(Map.of("own", 5.25)));
        workloads.put("rate:70%:64", workload(Map.of("own", 2.0)));
        workloads.put("idle:1", Map.of("contenders", Map.of("own", Map.of("rounds", List.of()))));
        workloads.put("idle:2", Map.of("contenders", Map.of("own", Map.of("rounds", List.of()))));
        workloads.put("echo:1", workload(Map.of("own", 9.0)));
        return Map.of("workloads", workloads);
    }

    @Test
    void onlyWhatWasMeasuredWithSeveralNumbersGrows() {
        assertEquals(Map.of("scheduled", Map.of("1000", Map.of("own", 4.0), "100000", Map.of("own", 5.25))),
                Growth.of(document()));
    }

    @Test
    void theTableHasAColumnForEachNumberAndAGapForWhoTookNoPart() {
        Map<String, Object> workloads = new LinkedHashMap<>();
        workloads.put("scheduled:1000", workload(Map.of("own", 4.0)));
        Map<String, Double> both = new LinkedHashMap<>();
        both.put("own", 5.25);
        both.put("nio", 6.0);
        workloads.put("scheduled:100000", workload(both));
        assertEquals(List.of("", "== scheduled:N: CPU time of the loop per message, us",
                "transport, N =  1000  100000",
                "own             4.00  5.25",
                "nio                -  6.00"), Growth.toText(Map.of("workloads", workloads)));
    }
}
