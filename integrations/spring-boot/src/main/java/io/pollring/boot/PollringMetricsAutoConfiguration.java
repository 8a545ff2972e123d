/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.boot;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.pollring.micrometer.PollringMetrics;
import io.pollring.reactor.PollringLoopResources;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.netty.resources.LoopResources;

import java.util.List;

/** Tells what the application's loops count, where there are a registry and {@code pollring-micrometer}. */
@AutoConfiguration(after = PollringAutoConfiguration.class)
@ConditionalOnClass({PollringMetrics.class, MeterRegistry.class})
@ConditionalOnBean(ReactorResourceFactory.class)
public final class PollringMetricsAutoConfiguration {
    /** Of the loops that serve connections, as they are when the registry is made. */
    @Bean
    MeterBinder pollringMetrics(ReactorResourceFactory resources) {
        return registry -> bind(resources.getLoopResources(), registry);
    }

    private static void bind(LoopResources loops, MeterRegistry registry) {
        if (loops instanceof PollringLoopResources) {
            new PollringMetrics(loops.onServer(true), List.of(Tag.of("group", "workers"))).bindTo(registry);
        }
    }
}
