/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.boot;

import io.pollring.channel.IoUringIoHandlerConfig;
import io.pollring.channel.IoUringIoHandlerConfig.Fallback;
import io.pollring.reactor.PollringChannels;
import io.pollring.reactor.PollringLoopResources;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import reactor.netty.resources.LoopResources;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What {@code application.properties} says of the loops. What is not set there is as the system properties
 * {@code io.pollring.*} say, or by default.
 *
 * @param enabled      whether Reactor Netty is to run on Pollring's loops
 * @param channels     whose channels connections have: Pollring's own, or Netty's
 * @param threads      the number of loops that serve connections; as many as Reactor Netty has if not set
 * @param threadPrefix what the threads' names begin with
 * @param batchedIo    whether own channels send and receive through the ring
 * @param idle         after how long without data a connection's receive is taken back; 0 for never
 * @param watch        for how long a loop watches its ring before it sleeps; 0 for not at all
 * @param fallback     what is done where there is no ring
 */
@ConfigurationProperties("pollring")
public record PollringBootProperties(@DefaultValue("true") boolean enabled,
                                     @DefaultValue("own") PollringChannels channels,
                                     Integer threads,
                                     @DefaultValue("reactor-http") String threadPrefix,
                                     Boolean batchedIo,
                                     Duration idle,
                                     Duration watch,
                                     Fallback fallback) {
    /** Refuses what the loops would refuse, while the application starts and can say which property it was. */
    public PollringBootProperties {
        if (threads != null && threads <= 0) {
            throw new IllegalArgumentException("pollring.threads: " + threads + " (expected: > 0)");
        }
        newConfig(batchedIo, idle, watch, fallback);
    }

    PollringLoopResources newLoopResources() {
        int workers = threads != null ? threads : LoopResources.DEFAULT_IO_WORKER_COUNT;
        return PollringLoopResources.create(threadPrefix, LoopResources.DEFAULT_IO_SELECT_COUNT, workers, true, channels,
                newConfig(batchedIo, idle, watch, fallback));
    }

    private static IoUringIoHandlerConfig newConfig(Boolean batchedIo, Duration idle, Duration watch,
                                                    Fallback fallback) {
        IoUringIoHandlerConfig config = new IoUringIoHandlerConfig();
        if (batchedIo != null) {
            config.setBatchedIo(batchedIo);
        }
        if (idle != null) {
            config.setIdleMillis(toInt("pollring.idle", idle, TimeUnit.MILLISECONDS));
        }
        if (watch != null) {
            config.setWatchMicros(toInt("pollring.watch", watch, TimeUnit.MICROSECONDS));
        }
        if (fallback != null) {
            config.setFallback(fallback);
        }
        return config;
    }

    private static int toInt(String property, Duration duration, TimeUnit unit) {
        long value = unit.convert(duration);
        if (value != (int) value) {
            throw new IllegalArgumentException(property + ": " + duration + " (expected: less than "
                    + Integer.MAX_VALUE + ' ' + unit.name().toLowerCase(Locale.ROOT) + ')');
        }
        return (int) value;
    }
}
