/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import io.pollring.channel.IoUring;
import io.pollring.channel.IoUringBackend;
import io.pollring.channel.IoUringMetrics;

import java.util.Locale;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * What the loops of a group have counted, for Micrometer: each number of {@link IoUringMetrics} as
 * {@code pollring.loop.*}, besides what the loops are at. Tags: {@code loop}, its number in the group, and
 * {@code backend}, what it waited on when it was bound.
 *
 * <p>Numbers are read when the registry publishes, from the thread that does, and cost the loops nothing. Reasons of
 * reverts are not known beforehand: {@code pollring.loop.reverts.by.reason} gets a meter for each when
 * {@code pollring.loop.reverts} is read for the first time since.
 *
 * <p>A registry does not keep a group alive. The numbers of a loop that has terminated stay as they were.
 */
public final class PollringMetrics implements MeterBinder {
    private final EventExecutorGroup group;
    private final Tags tags;

    /** Of all loops of {@code group}. A registry that hears of several groups cannot tell them apart without tags. */
    public PollringMetrics(EventExecutorGroup group) {
        this(group, Tags.empty());
    }

    /**
     * Of all loops of {@code group}.
     *
     * @param tags besides those that every meter has, such as the group's name
     */
    public PollringMetrics(EventExecutorGroup group, Iterable<Tag> tags) {
        this.group = Objects.requireNonNull(group, "group");
        this.tags = Tags.of(tags);
    }

    /**
     * Leaves out loops that are not Pollring's, or that have terminated. The tag {@code backend} is what a loop waits on now;
     * where that changes the gauge {@code pollring.loop.on.ring} tells.
     */
    @Override
    public void bindTo(MeterRegistry registry) {
        int number = 0;
        for (EventExecutor executor : group) {
            IoUringMetrics metrics = metrics(executor);
            if (metrics != null) {
                bind(registry, executor, metrics, number);
            }
            number++;
        }
    }

    /** {@code null} if there are none. */
    private static IoUringMetrics metrics(EventExecutor executor) {
        if (!(executor instanceof EventLoop) || executor.isTerminated()) {
            return null;
        }
        try {
            return IoUring.metrics((EventLoop) executor);
        } catch (IllegalArgumentException notOurs) {
            return null;
        }
    }

    private void bind(MeterRegistry registry, EventExecutor executor, IoUringMetrics metrics, int number) {
        Tags loopTags = tags.and("loop", Integer.toString(number), "backend",
                metrics.backend().name().toLowerCase(Locale.ROOT));
        RevertReasons reasons = new RevertReasons(registry, loopTags);
        for (LoopCounter counter : LoopCounter.values()) {
            bind(registry, counter, metrics, counter == LoopCounter.REVERTS ? reasons::count : counter.count, loopTags);
        }
        Gauge.builder("pollring.loop.on.ring", metrics, m -> m.backend() == IoUringBackend.RING ? 1 : 0)
                .description("1 while the loop waits on a ring, 0 while on epoll")
                .tags(loopTags)
                .register(registry);
        if (executor instanceof SingleThreadEventLoop) {
            bindGauges(registry, (SingleThreadEventLoop) executor, loopTags);
        }
    }

    private static void bind(MeterRegistry registry, LoopCounter counter, IoUringMetrics metrics,
                             ToDoubleFunction<IoUringMetrics> count, Tags loopTags) {
        FunctionCounter.builder(counter.meterName, metrics, count)
                .description(counter.description)
                .baseUnit(counter.unit)
                .tags(loopTags)
                .register(registry);
    }

    private static void bindGauges(MeterRegistry registry, SingleThreadEventLoop loop, Tags loopTags) {
        Gauge.builder("pollring.loop.pending.tasks", loop, SingleThreadEventLoop::pendingTasks)
                .description("Tasks that wait for the loop")
                .baseUnit("tasks")
                .tags(loopTags)
                .register(registry);
        // Netty's own loops know their channels only if the group is made for one transport.
        if (loop.registeredChannels() >= 0) {
            Gauge.builder("pollring.loop.channels", loop, SingleThreadEventLoop::registeredChannels)
                    .description("Channels that are registered with the loop")
                    .baseUnit("channels")
                    .tags(loopTags)
                    .register(registry);
        }
    }
}
