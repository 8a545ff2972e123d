/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.pollring.channel.IoUringMetrics;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts a loop's reverts, and on that occasion registers a meter for each reason that is new. Nobody can tell the
 * reasons beforehand, and a {@code MultiGauge}, whose rows are gauges anyway, would need a thread that refreshes it;
 * but whoever publishes the reasons reads the total as well.
 */
final class RevertReasons {
    static final String METER_NAME = LoopCounter.REVERTS.meterName + ".by.reason";

    private final MeterRegistry registry;
    private final Tags tags;
    private final Set<String> registered = ConcurrentHashMap.newKeySet();

    RevertReasons(MeterRegistry registry, Tags tags) {
        this.registry = registry;
        this.tags = tags;
    }

    /** All reverts; the reasons among them that have no meter yet get one. */
    double count(IoUringMetrics metrics) {
        for (String reason : metrics.revertsByReason().keySet()) {
            if (registered.add(reason)) {
                register(metrics, reason);
            }
        }
        return metrics.reverts();
    }

    private void register(IoUringMetrics metrics, String reason) {
        FunctionCounter.builder(METER_NAME, metrics, m -> m.revertsByReason().getOrDefault(reason, 0L))
                .description("Channels that were handed over from the ring to epoll, by why")
                .baseUnit(LoopCounter.REVERTS.unit)
                .tags(tags)
                .tag("reason", reason)
                .register(registry);
    }
}
