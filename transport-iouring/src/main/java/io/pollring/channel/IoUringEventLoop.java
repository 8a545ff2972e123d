/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopTaskQueueFactory;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.RejectedExecutionHandler;

import java.util.Collections;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.Executor;

/** One loop of an {@link IoUringEventLoopGroup}; knows its channels, as Netty's epoll loop does. */
final class IoUringEventLoop extends SingleThreadIoEventLoop {

    IoUringEventLoop(IoEventLoopGroup parent, Executor executor, IoHandlerFactory factory,
                     EventLoopTaskQueueFactory taskQueueFactory, EventLoopTaskQueueFactory tailTaskQueueFactory,
                     RejectedExecutionHandler rejectedExecutionHandler) {
        super(parent, executor, factory, newTaskQueue(taskQueueFactory), newTaskQueue(tailTaskQueueFactory),
                rejectedExecutionHandler);
    }

    private static Queue<Runnable> newTaskQueue(EventLoopTaskQueueFactory factory) {
        return factory == null ? newTaskQueue0(DEFAULT_MAX_PENDING_TASKS)
                : factory.newTaskQueue(DEFAULT_MAX_PENDING_TASKS);
    }

    @Override
    public int registeredChannels() {
        IoUringIoHandler handler = handler();
        return handler == null ? super.registeredChannels() : handler.channelCount();
    }

    @Override
    public Iterator<Channel> registeredChannelsIterator() {
        IoUringIoHandler handler = handler();
        return handler == null ? super.registeredChannelsIterator()
                : Collections.unmodifiableList(handler.registeredChannels()).iterator();
    }

    /**
     * Closes what is still open: a shutdown that begins while tasks run would else end the loop before the next turn of
     * I/O looks at the channels, and nobody would ever close their fds.
     */
    @Override
    protected boolean confirmShutdown() {
        if (isShuttingDown()) {
            ioHandler().prepareToDestroy();
        }
        return super.confirmShutdown();
    }

    /** {@code null} where there is no native library, and Netty's epoll handler runs the loop. */
    private IoUringIoHandler handler() {
        return ioHandler() instanceof IoUringIoHandler ? (IoUringIoHandler) ioHandler() : null;
    }
}
