/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoopTaskQueueFactory;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SelectStrategyFactory;
import io.netty.util.concurrent.EventExecutorChooserFactory;
import io.netty.util.concurrent.RejectedExecutionHandler;
import io.netty.util.concurrent.RejectedExecutionHandlers;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/**
 * The event loop group to put in the place of Netty's {@code EpollEventLoopGroup}: it has that class's constructors, and
 * runs the same {@code Epoll*Channel}s, on io_uring rings.
 *
 * <p>Every constructor throws {@link UnsatisfiedLinkError} if Netty's native epoll transport is not available, and
 * {@link IllegalStateException} if a loop cannot be made: fds have run out, or there is no ring and
 * {@link IoUringIoHandlerConfig.Fallback#FAIL} is set. A number of threads of 0 stands for Netty's default, twice the
 * number of processors; a {@code null} executor, thread factory or queue factory for Netty's own.
 */
public final class IoUringEventLoopGroup extends MultiThreadIoEventLoopGroup {
    /** {@code null} before Netty 4.2.19. */
    private static final MethodHandle SET_IO_RATIO = findSetIoRatio();

    /** Netty's default number of threads. */
    public IoUringEventLoopGroup() {
        this(0);
    }

    /** The given number of threads. */
    public IoUringEventLoopGroup(int nThreads) {
        this(nThreads, (ThreadFactory) null);
    }

    /** Netty's default number of threads, made by the given factory. */
    public IoUringEventLoopGroup(ThreadFactory threadFactory) {
        this(0, threadFactory, 0);
    }

    /** The given number of threads, and strategy for when to wait. */
    public IoUringEventLoopGroup(int nThreads, SelectStrategyFactory selectStrategyFactory) {
        this(nThreads, (ThreadFactory) null, selectStrategyFactory);
    }

    /** The given number of threads, made by the given factory. */
    public IoUringEventLoopGroup(int nThreads, ThreadFactory threadFactory) {
        this(nThreads, threadFactory, 0);
    }

    /** The given number of threads, and settings of their rings. */
    public IoUringEventLoopGroup(int nThreads, IoUringIoHandlerConfig config) {
        this(nThreads, null, config);
    }

    /** The given number of threads, made by the given factory, and settings of their rings. */
    public IoUringEventLoopGroup(int nThreads, ThreadFactory threadFactory, IoUringIoHandlerConfig config) {
        super(nThreads, threadFactory, IoUringIoHandler.newFactory(config), RejectedExecutionHandlers.reject());
    }

    /** The given number of threads, run by the given executor. */
    public IoUringEventLoopGroup(int nThreads, Executor executor) {
        this(nThreads, executor, DefaultSelectStrategyFactory.INSTANCE);
    }

    /** The given number of threads, made by the given factory, and strategy for when to wait. */
    public IoUringEventLoopGroup(int nThreads, ThreadFactory threadFactory,
                                 SelectStrategyFactory selectStrategyFactory) {
        this(nThreads, threadFactory, 0, selectStrategyFactory);
    }

    /**
     * The given number of threads, made by the given factory.
     *
     * @param maxEventsAtOnce how many channels a loop serves before it runs its tasks, 0 for no limit
     */
    public IoUringEventLoopGroup(int nThreads, ThreadFactory threadFactory, int maxEventsAtOnce) {
        this(nThreads, threadFactory, maxEventsAtOnce, DefaultSelectStrategyFactory.INSTANCE);
    }

    /**
     * The given number of threads, made by the given factory, and strategy for when to wait.
     *
     * @param maxEventsAtOnce how many channels a loop serves before it runs its tasks, 0 for no limit
     */
    public IoUringEventLoopGroup(int nThreads, ThreadFactory threadFactory, int maxEventsAtOnce,
                                 SelectStrategyFactory selectStrategyFactory) {
        super(nThreads, threadFactory, newFactory(maxEventsAtOnce, selectStrategyFactory),
                RejectedExecutionHandlers.reject());
    }

    /** The given number of threads, run by the given executor, and strategy for when to wait. */
    public IoUringEventLoopGroup(int nThreads, Executor executor, SelectStrategyFactory selectStrategyFactory) {
        super(nThreads, executor, newFactory(0, selectStrategyFactory), RejectedExecutionHandlers.reject());
    }

    /** As above, with a chooser of the next loop; one that scales the number of loops is supported. */
    public IoUringEventLoopGroup(int nThreads, Executor executor, EventExecutorChooserFactory chooserFactory,
                                 SelectStrategyFactory selectStrategyFactory) {
        super(nThreads, executor, newFactory(0, selectStrategyFactory), chooserFactory,
                RejectedExecutionHandlers.reject());
    }

    /** As above, with a handler of tasks that a loop rejects. */
    public IoUringEventLoopGroup(int nThreads, Executor executor, EventExecutorChooserFactory chooserFactory,
                                 SelectStrategyFactory selectStrategyFactory,
                                 RejectedExecutionHandler rejectedExecutionHandler) {
        super(nThreads, executor, newFactory(0, selectStrategyFactory), chooserFactory, rejectedExecutionHandler);
    }

    /** As above, with a factory of task queues. */
    public IoUringEventLoopGroup(int nThreads, Executor executor, EventExecutorChooserFactory chooserFactory,
                                 SelectStrategyFactory selectStrategyFactory,
                                 RejectedExecutionHandler rejectedExecutionHandler,
                                 EventLoopTaskQueueFactory queueFactory) {
        super(nThreads, executor, newFactory(0, selectStrategyFactory), chooserFactory, rejectedExecutionHandler,
                queueFactory);
    }

    /** As above, with a factory of queues for the tasks that run after a turn. */
    public IoUringEventLoopGroup(int nThreads, Executor executor, EventExecutorChooserFactory chooserFactory,
                                 SelectStrategyFactory selectStrategyFactory,
                                 RejectedExecutionHandler rejectedExecutionHandler,
                                 EventLoopTaskQueueFactory taskQueueFactory,
                                 EventLoopTaskQueueFactory tailTaskQueueFactory) {
        super(nThreads, executor, newFactory(0, selectStrategyFactory), chooserFactory, rejectedExecutionHandler,
                taskQueueFactory, tailTaskQueueFactory);
    }

    /** What {@code builder} says. */
    IoUringEventLoopGroup(IoUringEventLoopGroupBuilder builder) {
        super(builder.threads, builder.executor, builder.handlerFactory(), builder.chooserFactory,
                builder.rejectedExecutionHandler, builder.taskQueueFactory, builder.tailTaskQueueFactory);
    }

    /** For a group with some of the above, and settings of its rings. */
    public static IoUringEventLoopGroupBuilder builder() {
        return new IoUringEventLoopGroupBuilder();
    }

    /**
     * Sets the percentage of its time that a loop spends on I/O while tasks wait, as Netty's groups do from 4.2.19 on. With
     * an older Netty this does nothing, as its {@code EpollEventLoopGroup}'s method.
     *
     * @throws IllegalArgumentException if it is not a percentage that Netty takes
     */
    public void setIoRatio(int ioRatio) {
        if (SET_IO_RATIO == null) {
            return;
        }
        try {
            SET_IO_RATIO.invokeExact(this, ioRatio);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException("Netty's group cannot set the I/O ratio", t);
        }
    }

    /** What this class overrides where Netty has it: it is compiled against a Netty that does not. */
    private static MethodHandle findSetIoRatio() {
        try {
            return MethodHandles.lookup().findSpecial(MultiThreadIoEventLoopGroup.class, "setIoRatio",
                    MethodType.methodType(void.class, int.class), IoUringEventLoopGroup.class);
        } catch (NoSuchMethodException | IllegalAccessException e) {
            return null;
        }
    }

    private static IoHandlerFactory newFactory(int maxEvents, SelectStrategyFactory selectStrategyFactory) {
        return IoUringIoHandler.newFactory(maxEvents, selectStrategyFactory);
    }

    // The order of the arguments is that of the super constructors above.
    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory factory, Object... args) {
        return new IoUringEventLoop(this, executor, factory,
                args.length > 1 ? (EventLoopTaskQueueFactory) args[1] : null,
                args.length > 2 ? (EventLoopTaskQueueFactory) args[2] : null,
                (RejectedExecutionHandler) args[0]);
    }
}
