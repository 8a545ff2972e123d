/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SelectStrategyFactory;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.pollring.channel.IoUringEventLoopGroup;
import io.pollring.channel.IoUringIoHandler;
import io.pollring.channel.IoUringIoHandlerConfig;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * Makes the event loops under test: Pollring's, or Netty's own epoll in the baseline run. Netty's published test
 * classes are redirected here, too ({@link TestClassCopier}), where they name {@code EpollIoHandler} themselves.
 */
public final class TestLoops {

    /** Loops made so far; weakly, so that a buffer leaked in one of them can still be noticed. */
    private static final Set<EventLoop> LOOPS = Collections.synchronizedSet(
            Collections.newSetFromMap(new WeakHashMap<>()));

    private TestLoops() { }

    public static boolean isBaseline() {
        return Run.current().mode() == Mode.BASELINE;
    }

    /** A group of daemon threads, as a user would make it: with the one class that Pollring asks users to swap. */
    public static EventLoopGroup newGroup(int threads, String threadName) {
        DefaultThreadFactory threadFactory = new DefaultThreadFactory(threadName, true);
        if (isBaseline()) {
            return new MultiThreadIoEventLoopGroup(threads, threadFactory, EpollIoHandler.newFactory());
        }
        return track(new IoUringEventLoopGroup(threads, threadFactory));
    }

    /** Stands in for {@code EpollIoHandler.newFactory()}. */
    public static IoHandlerFactory newFactory() {
        return isBaseline() ? EpollIoHandler.newFactory() : new TrackingFactory(IoUringIoHandler.newFactory());
    }

    /** Stands in for {@code EpollIoHandler.newFactory(maxEvents, selectStrategyFactory)}. */
    public static IoHandlerFactory newFactory(int maxEvents, SelectStrategyFactory selectStrategyFactory) {
        return isBaseline() ? EpollIoHandler.newFactory(maxEvents, selectStrategyFactory) :
                new TrackingFactory(IoUringIoHandler.newFactory(new IoUringIoHandlerConfig(), selectStrategyFactory));
    }

    /** Stands in for {@code EpollIoHandler.class} where a test asks whether a group is of that type. */
    public static Class<? extends IoHandler> handlerType() {
        return isBaseline() ? EpollIoHandler.class : IoUringIoHandler.class;
    }

    /** Notes the loops of a group that a test made without this class, for the proof of the mode. */
    public static <G extends IoEventLoopGroup> G track(G group) {
        for (EventExecutor loop : group) {
            LOOPS.add((EventLoop) loop);
        }
        return group;
    }

    /** The loops made so far that are still reachable; empty in the baseline run. */
    static List<EventLoop> loops() {
        synchronized (LOOPS) {
            return new ArrayList<>(LOOPS);
        }
    }

    private static final class TrackingFactory implements IoHandlerFactory {
        private final IoHandlerFactory factory;

        TrackingFactory(IoHandlerFactory factory) {
            this.factory = factory;
        }

        @Override
        public IoHandler newHandler(ThreadAwareExecutor executor) {
            if (executor instanceof EventLoop) {
                LOOPS.add((EventLoop) executor);
            }
            return factory.newHandler(executor);
        }

        @Override
        public boolean isChangingThreadSupported() {
            return factory.isChangingThreadSupported();
        }
    }
}
