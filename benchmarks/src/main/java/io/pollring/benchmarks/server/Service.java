/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.timeout.IdleStateHandler;

import java.util.function.Consumer;
import java.util.function.Supplier;

/** What a benchmark's server does with what it is sent. */
enum Service {
    /** Those that differ in what clients do: with CHURN it is they who close. */
    ECHO, ECHO2K, ECHO4K, CHURN, DOMAIN, MOSTLY_IDLE, RATE, COLD, LOOPS,
    ONDEMAND(one(() -> new OnDemandEchoHandler(false))),
    ONDEMAND_INLINE(one(() -> new OnDemandEchoHandler(true))),
    WRITES10(one(() -> new TenWritesHandler(false))),
    FLUSHES10(one(() -> new TenWritesHandler(true))),
    STREAM(one(() -> new StreamHandler(1024 * 1024))),
    STREAM16K(one(() -> new StreamHandler(16 * 1024))),
    UPLOAD(one(() -> new UploadHandler(1024 * 1024))),
    UPLOAD16K(one(() -> new UploadHandler(16 * 1024))),
    PROXY(one(ProxyHandler::new)),
    TLS(TlsPipeline::init),
    /**
     * A timeout is one of the loop's tasks; when it is due and there was traffic, it is put off by what is missing.
     * With timeouts this short, of a second for reads and one for writes, that is something the loop has to do.
     */
    TIMERS(pipeline -> pipeline.addLast(new IdleStateHandler(1, 1, 0), new EchoHandler())),
    FOREIGN(one(ForeignEchoHandler::new)),
    SCHEDULED(one(ScheduledTasks.Echo::new)),
    HTTP(PlaintextHandler::init),
    HTTP_PIPELINED(PlaintextHandler::init),
    UDP(one(() -> new DatagramEchoHandler(false))),
    UDP_BURST(one(() -> new DatagramEchoHandler(true))),
    QUIC(pipeline -> QuicPipeline.init(pipeline, false)),
    QUIC_GSO(pipeline -> QuicPipeline.init(pipeline, true)),
    /** One handler for all connections, so that each costs what its transport takes for it. */
    IDLE(one(CountingEchoHandler::instance)),
    HANDOVER(one(() -> Handover.Acceptor.INSTANCE));

    private final Consumer<ChannelPipeline> initializer;

    Service() {
        this(one(EchoHandler::new));
    }

    Service(Consumer<ChannelPipeline> initializer) {
        this.initializer = initializer;
    }

    private static Consumer<ChannelPipeline> one(Supplier<ChannelHandler> handler) {
        return pipeline -> pipeline.addLast(handler.get());
    }

    boolean autoRead() {
        return this != ONDEMAND && this != ONDEMAND_INLINE && this != PROXY;
    }

    boolean isDatagram() {
        return this == UDP || this == UDP_BURST || this == QUIC || this == QUIC_GSO;
    }

    /** Whether it writes packets that the kernel is to cut into segments. */
    boolean isSegmented() {
        return this == QUIC_GSO;
    }

    /** Whether it is to be had on a UNIX domain socket. */
    boolean isDomain() {
        return this == DOMAIN;
    }

    /** Adds the handlers for one channel. */
    void init(ChannelPipeline pipeline) {
        initializer.accept(pipeline);
    }
}
