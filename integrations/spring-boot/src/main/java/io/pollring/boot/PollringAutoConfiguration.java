/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.boot;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.netty.http.server.HttpServer;

import java.time.Duration;

/**
 * Gives Reactor Netty's servers and clients, as Spring Boot makes them, loops and channels of Pollring's. An application
 * with a {@link ReactorResourceFactory} of its own keeps that, and {@code pollring.enabled=false} leaves all as it was.
 */
@AutoConfiguration(beforeName = {
        "org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration",
        "org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration"})
@ConditionalOnClass({ReactorResourceFactory.class, HttpServer.class})
@ConditionalOnBooleanProperty(name = "pollring.enabled", matchIfMissing = true)
@EnableConfigurationProperties(PollringBootProperties.class)
public final class PollringAutoConfiguration {
    /** Spring Boot reads it into a class that applications without a Netty server need not have. */
    private static final String QUIET_PERIOD = "spring.reactor.netty.shutdown-quiet-period";

    /** The loops are made when the application starts, again when it is restarted, and end when it stops. */
    @Bean
    @ConditionalOnMissingBean
    ReactorResourceFactory reactorResourceFactory(PollringBootProperties properties, Environment environment) {
        ReactorResourceFactory resources = new ReactorResourceFactory();
        resources.setUseGlobalResources(false);
        resources.setLoopResourcesSupplier(properties::newLoopResources);
        Binder.get(environment).bind(QUIET_PERIOD, Duration.class).ifBound(resources::setShutdownQuietPeriod);
        return resources;
    }
}
