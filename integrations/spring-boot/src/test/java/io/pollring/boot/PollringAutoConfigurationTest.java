/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.boot;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.EventExecutor;
import io.pollring.channel.IoUring;
import io.pollring.channel.IoUringBackend;
import io.pollring.channel.IoUringSocketChannel;
import io.pollring.reactor.PollringLoopResources;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.netty.resources.LoopResources;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Applications as Spring Boot makes them, with a server and a client, and nothing of Pollring's in their code. */
@Timeout(60)
class PollringAutoConfigurationTest {
    private static final Duration WAIT = Duration.ofSeconds(10);
    private static final int PIECES = 1000;
    private static final String PIECE = "0123456789";

    @Configuration
    @EnableAutoConfiguration
    static class Application {
        final Queue<Channel> accepted = new ConcurrentLinkedQueue<>();

        @Bean
        RouterFunction<ServerResponse> routes() {
            return RouterFunctions.route()
                    .GET("/thread", request -> ServerResponse.ok().bodyValue(Thread.currentThread().getName()))
                    .GET("/pieces", request -> ServerResponse.ok()
                            .body(Flux.range(0, PIECES).map(i -> PIECE), String.class))
                    .build();
        }

        @Bean
        NettyServerCustomizer seesConnections() {
            return server -> server.doOnConnection(connection -> accepted.add(connection.channel()));
        }
    }

    @Configuration
    static class OwnResources {
        @Bean
        ReactorResourceFactory resourcesOfTheApplication() {
            return new ReactorResourceFactory();
        }
    }

    @Configuration
    static class Registry {
        @Bean
        MeterRegistry registry() {
            return new SimpleMeterRegistry();
        }
    }

    private static ConfigurableApplicationContext start(List<Class<?>> more, String... properties) {
        List<Class<?>> sources = new ArrayList<>(more);
        sources.add(Application.class);
        SpringApplication application = new SpringApplication(sources.toArray(new Class<?>[0]));
        application.setWebApplicationType(WebApplicationType.REACTIVE);
        List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--server.address=127.0.0.1",
                "--spring.reactor.netty.shutdown-quiet-period=0", "--spring.main.banner-mode=off"));
        for (String property : properties) {
            arguments.add("--" + property);
        }
        return application.run(arguments.toArray(new String[0]));
    }

    private static String get(ConfigurableApplicationContext context, String path) {
        int port = ((ReactiveWebServerApplicationContext) context).getWebServer().getPort();
        return context.getBean(WebClient.Builder.class).build().get().uri("http://127.0.0.1:" + port + path)
                .retrieve().bodyToMono(String.class).block(WAIT);
    }

    private static LoopResources loops(ConfigurableApplicationContext context) {
        return context.getBean(ReactorResourceFactory.class).getLoopResources();
    }

    @Test
    void serverAndClientRunOnOurLoopsAndTheseEndWithTheApplication() throws Exception {
        LoopResources loops;
        Iterable<EventExecutor> workers;
        try (ConfigurableApplicationContext context = start(List.of(), "pollring.threads=2")) {
            assertTrue(get(context, "/thread").startsWith("reactor-http-pollring"));
            assertEquals(PIECE.repeat(PIECES), get(context, "/pieces"));

            loops = loops(context);
            assertInstanceOf(PollringLoopResources.class, loops);
            workers = loops.onServer(true);
            int count = 0;
            for (EventExecutor loop : workers) {
                assertEquals(expectedBackend(), IoUring.backend((EventLoop) loop));
                count++;
            }
            assertEquals(2, count);
            assertFalse(context.getBean(Application.class).accepted.isEmpty());
            for (Channel channel : context.getBean(Application.class).accepted) {
                assertInstanceOf(IoUringSocketChannel.class, channel);
            }
        }
        assertTrue(loops.isDisposed());
        for (EventExecutor loop : workers) {
            assertTrue(loop.awaitTermination(WAIT.toMillis(), TimeUnit.MILLISECONDS));
        }
    }

    private static IoUringBackend expectedBackend() {
        return IoUring.isAvailable() ? IoUringBackend.RING : IoUringBackend.EPOLL;
    }

    @Test
    void applicationIsStartedAgainWithLoopsOfItsOwn() {
        try (ConfigurableApplicationContext context = start(List.of())) {
            LoopResources before = loops(context);
            context.stop();
            assertTrue(before.isDisposed());
            context.start();
            assertTrue(get(context, "/thread").startsWith("reactor-http-pollring"));
            assertFalse(loops(context).isDisposed());
        }
    }

    @Test
    void channelsAreNettysWhereTheApplicationWantsThem() {
        try (ConfigurableApplicationContext context = start(List.of(), "pollring.channels=netty",
                "pollring.thread-prefix=mine")) {
            assertTrue(get(context, "/thread").startsWith("mine-pollring"));
            for (Channel channel : context.getBean(Application.class).accepted) {
                assertInstanceOf(EpollSocketChannel.class, channel);
            }
        }
    }

    @Test
    void applicationThatHasResourcesOfItsOwnKeepsThem() {
        try (ConfigurableApplicationContext context = start(List.of(OwnResources.class))) {
            assertSame(context.getBean("resourcesOfTheApplication"), context.getBean(ReactorResourceFactory.class));
            assertFalse(get(context, "/thread").contains("pollring"));
        }
    }

    @Test
    void nothingIsChangedIfItIsNotEnabled() {
        try (ConfigurableApplicationContext context = start(List.of(), "pollring.enabled=false")) {
            assertFalse(loops(context) instanceof PollringLoopResources);
            assertFalse(get(context, "/thread").contains("pollring"));
        }
    }

    @Test
    void registryHearsOfTheLoopsThatServe() {
        try (ConfigurableApplicationContext context = start(List.of(Registry.class), "pollring.threads=2")) {
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            // The module of Spring Boot that does this is not needed to try it.
            context.getBeansOfType(MeterBinder.class).get("pollringMetrics").bindTo(registry);
            double before = registry.get("pollring.loop.cqes").functionCounters().stream()
                    .mapToDouble(counter -> counter.count()).sum();
            get(context, "/thread");
            assertEquals(2, registry.get("pollring.loop.cqes").functionCounters().size());
            if (IoUring.isAvailable()) {
                assertTrue(registry.get("pollring.loop.cqes").functionCounters().stream()
                        .mapToDouble(counter -> counter.count()).sum() > before);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"pollring.idle=1m, 60000, 20", "pollring.idle=0, 0, 20", "pollring.watch=50us, 5000, 50",
            "pollring.watch=0, 5000, 0"})
    void settingsReachTheLoops(String property, int idleMillis, int watchMicros) {
        try (ConfigurableApplicationContext context = start(List.of(), property)) {
            String dump = loops(context).toString();
            assertTrue(dump.contains("idleMillis: " + idleMillis + ", watchMicros: " + watchMicros), dump);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pollring.threads=0", "pollring.threads=many", "pollring.channels=mine", "pollring.idle=-1",
            "pollring.watch=1s", "pollring.watch=99999d", "pollring.fallback=never"})
    void badSettingsAreToldWhenTheApplicationStarts(String property) {
        Throwable failure = assertThrows(RuntimeException.class, () -> start(List.of(), property).close());
        StringBuilder told = new StringBuilder();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            told.append(cause.getMessage()).append('\n');
        }
        assertTrue(told.toString().contains("pollring"), told::toString);
    }
}
