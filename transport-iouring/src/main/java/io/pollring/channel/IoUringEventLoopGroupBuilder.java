/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoopTaskQueueFactory;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SelectStrategyFactory;
import io.netty.util.concurrent.DefaultEventExecutorChooserFactory;
import io.netty.util.concurrent.EventExecutorChooserFactory;
import io.netty.util.concurrent.RejectedExecutionHandler;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import io.netty.util.concurrent.ThreadPerTaskExecutor;
import io.netty.util.internal.ObjectUtil;

import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/**
 * Makes an {@link IoUringEventLoopGroup} of whatever parts a program has opinions on; the others are Netty's defaults.
 * The group's constructors are those of Netty's {@code EpollEventLoopGroup}, which do not take an executor, a chooser and
 * settings of the rings at once.
 *
 * <p>Each method throws {@link NullPointerException} if its argument is {@code null}. A builder belongs to one thread at a
 * time, and may make several groups.
 */
public final class IoUringEventLoopGroupBuilder {
    int threads;
    EventExecutorChooserFactory chooserFactory = DefaultEventExecutorChooserFactory.INSTANCE;
    RejectedExecutionHandler rejectedExecutionHandler = RejectedExecutionHandlers.reject();
    /** {@code null} for Netty's. */
    EventLoopTaskQueueFactory taskQueueFactory;
    /** {@code null} for Netty's. */
    EventLoopTaskQueueFactory tailTaskQueueFactory;
    /** {@code null} for Netty's. */
    Executor executor;

    private IoUringIoHandlerConfig config;
    private int maxEventsAtOnce;
    private SelectStrategyFactory selectStrategyFactory = DefaultSelectStrategyFactory.INSTANCE;

    IoUringEventLoopGroupBuilder() { }

    /**
     * The number of loops.
     *
     * @param threads 0 for Netty's default, twice the number of processors
     * @throws IllegalArgumentException if it is negative
     */
    public IoUringEventLoopGroupBuilder threads(int threads) {
        this.threads = ObjectUtil.checkPositiveOrZero(threads, "threads");
        return this;
    }

    /** Runs the loops; instead of {@link #threadFactory}. The group does not shut it down. */
    public IoUringEventLoopGroupBuilder executor(Executor executor) {
        this.executor = ObjectUtil.checkNotNull(executor, "executor");
        return this;
    }

    /** Makes the loops' threads; instead of {@link #executor}. */
    public IoUringEventLoopGroupBuilder threadFactory(ThreadFactory threadFactory) {
        return executor(new ThreadPerTaskExecutor(threadFactory));
    }

    /** Settings of the rings, which are copied when a group is made. */
    public IoUringEventLoopGroupBuilder config(IoUringIoHandlerConfig config) {
        this.config = ObjectUtil.checkNotNull(config, "config");
        return this;
    }

    /** Chooses the next loop; one that scales the number of loops is supported. */
    public IoUringEventLoopGroupBuilder chooser(EventExecutorChooserFactory chooserFactory) {
        this.chooserFactory = ObjectUtil.checkNotNull(chooserFactory, "chooserFactory");
        return this;
    }

    /** Decides when loops wait. */
    public IoUringEventLoopGroupBuilder selectStrategy(SelectStrategyFactory selectStrategyFactory) {
        this.selectStrategyFactory = ObjectUtil.checkNotNull(selectStrategyFactory, "selectStrategyFactory");
        return this;
    }

    /**
     * How many channels a loop serves before it runs its tasks.
     *
     * @param maxEventsAtOnce 0, the default, for no limit
     * @throws IllegalArgumentException if it is negative
     */
    public IoUringEventLoopGroupBuilder maxEventsAtOnce(int maxEventsAtOnce) {
        this.maxEventsAtOnce = ObjectUtil.checkPositiveOrZero(maxEventsAtOnce, "maxEventsAtOnce");
        return this;
    }

    /** Hears of tasks that a loop rejects. */
    public IoUringEventLoopGroupBuilder rejectedExecutionHandler(RejectedExecutionHandler handler) {
        rejectedExecutionHandler = ObjectUtil.checkNotNull(handler, "handler");
        return this;
    }

    /** Makes the loops' task queues. */
    public IoUringEventLoopGroupBuilder taskQueue(EventLoopTaskQueueFactory factory) {
        taskQueueFactory = ObjectUtil.checkNotNull(factory, "factory");
        return this;
    }

    /** Makes the queues of tasks that run after a turn. */
    public IoUringEventLoopGroupBuilder tailTaskQueue(EventLoopTaskQueueFactory factory) {
        tailTaskQueueFactory = ObjectUtil.checkNotNull(factory, "factory");
        return this;
    }

    /**
     * Makes a group.
     *
     * @throws UnsatisfiedLinkError  if Netty's native epoll transport is not available
     * @throws IllegalStateException if a loop cannot be made: fds have run out, or there is no ring and
     *                               {@link IoUringIoHandlerConfig.Fallback#FAIL} is set
     */
    public IoUringEventLoopGroup build() {
        return new IoUringEventLoopGroup(this);
    }

    IoHandlerFactory handlerFactory() {
        return IoUringIoHandler.newFactory(config != null ? config : new IoUringIoHandlerConfig(), maxEventsAtOnce,
                selectStrategyFactory);
    }
}
