/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite;

import io.netty.channel.Channel;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.testsuite.transport.AbstractSingleThreadEventLoopTest;
import io.netty.util.concurrent.Future;
import io.pollring.channel.IoUringEventLoopGroup;
import io.pollring.testsuite.harness.TestChannels;
import io.pollring.testsuite.harness.TestLoops;
import org.junit.jupiter.api.Test;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Netty's common test of event loops, scaling and suspending ones included. */
public class HostedEventLoopTest extends AbstractSingleThreadEventLoopTest {

    @Override
    protected boolean supportsChannelIteration() {
        return true;
    }

    @Override
    @SuppressWarnings("deprecation")
    protected EventLoopGroup newEventLoopGroup() {
        return TestLoops.isBaseline() ? new EpollEventLoopGroup() : TestLoops.track(new IoUringEventLoopGroup());
    }

    @Override
    @SuppressWarnings("deprecation")
    protected EventLoopGroup newAutoScalingEventLoopGroup() {
        Executor defaultExecutor = null;
        return TestLoops.isBaseline() ?
                new EpollEventLoopGroup(SCALING_MAX_THREADS, defaultExecutor, AUTO_SCALING_CHOOSER_FACTORY,
                        DefaultSelectStrategyFactory.INSTANCE) :
                TestLoops.track(new IoUringEventLoopGroup(SCALING_MAX_THREADS, defaultExecutor,
                        AUTO_SCALING_CHOOSER_FACTORY, DefaultSelectStrategyFactory.INSTANCE));
    }

    @Override
    protected Channel newChannel() {
        return TestChannels.factory(serverChannelClass()).newChannel();
    }

    @Override
    protected Class<? extends ServerChannel> serverChannelClass() {
        return TestChannels.serverInPlaceOf(EpollServerSocketChannel.class);
    }

    @Test
    public void shouldGoOnWaiting_whenTheNextDeadlineIsTooFarForTheTimer() throws Exception {
        EventLoopGroup group = newEventLoopGroup();
        try {
            EventLoop loop = group.next();
            Future<?> farAway = loop.schedule(() -> { }, Long.MAX_VALUE, TimeUnit.MILLISECONDS);
            assertFalse(farAway.await(300));
            // The loop still serves both a task and a deadline that comes before.
            assertTrue(loop.submit(() -> { }).await(5000));
            assertTrue(loop.schedule(() -> { }, 50, TimeUnit.MILLISECONDS).await(5000));
            assertFalse(farAway.isDone());
            assertTrue(farAway.cancel(false));
        } finally {
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
        }
    }
}
