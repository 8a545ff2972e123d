/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.SelectStrategy;
import io.netty.channel.SelectStrategyFactory;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.netty.util.internal.ObjectUtil;
import io.netty.util.internal.StringUtil;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.channel.IoUringIoHandlerConfig.Fallback;
import io.pollring.loop.LoopSettings;
import io.pollring.loop.PollLoop;
import io.pollring.ring.Native;
import io.pollring.ring.PollringProperties;
import io.pollring.ring.RingException;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An {@link IoHandler} that watches sockets with io_uring poll requests. It takes every {@link EpollIoHandle}, so all of
 * Netty's {@code Epoll*Channel}s run on it unchanged; what the ring cannot watch, or all where there is no ring, is
 * watched by epoll.
 *
 * <p>Needs Netty's native epoll transport, and for a ring Linux 5.15 or later, or 5.10 from 5.10.162 on; Linux 6.1
 * or later is advised.
 */
public final class IoUringIoHandler implements IoHandler {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(IoUringIoHandler.class);
    /** Whether the log has the first loop's backend and settings. */
    private static final AtomicBoolean TOLD = new AtomicBoolean();
    private static final AtomicBoolean LIBRARY_WARNED = new AtomicBoolean();

    private final ThreadAwareExecutor executor;
    private final ChannelHandleAdapter adapter = new ChannelHandleAdapter();
    private final PollLoop loop;
    private final IoUringMetrics metrics;

    private IoUringIoHandler(ThreadAwareExecutor executor, LoopSettings settings, SelectStrategy strategy) {
        this.executor = ObjectUtil.checkNotNull(executor, "executor");
        loop = new PollLoop(executor, settings, ObjectUtil.checkNotNull(strategy, "strategy"), adapter);
        metrics = new IoUringMetrics(loop.metrics(), loop::hasRing);
        IoUring.opened(executor, this);
    }

    /** A factory of handlers with the default settings. */
    public static IoHandlerFactory newFactory() {
        return newFactory(new IoUringIoHandlerConfig());
    }

    /**
     * A factory of handlers with the given settings, which are copied.
     *
     * @throws UnsatisfiedLinkError if Netty's native epoll transport is not available, or too old, or of several releases
     *                              that do not fit each other
     */
    public static IoHandlerFactory newFactory(IoUringIoHandlerConfig config) {
        return newFactory(config, DefaultSelectStrategyFactory.INSTANCE);
    }

    /**
     * A factory of handlers with the given settings, which are copied.
     *
     * @param selectStrategyFactory makes the strategy that tells each handler when to wait, and when to spin
     * @throws UnsatisfiedLinkError if Netty's native epoll transport is not available, or too old, or of several releases
     *                              that do not fit each other
     */
    public static IoHandlerFactory newFactory(IoUringIoHandlerConfig config,
                                              SelectStrategyFactory selectStrategyFactory) {
        return newFactory(config, 0, selectStrategyFactory);
    }

    /**
     * A factory of handlers with the default settings, and the parameters of Netty's epoll handler.
     *
     * @param maxEvents             how many channels a loop serves before it runs its tasks, 0 for no limit
     * @param selectStrategyFactory makes the strategy that tells each handler when to wait, and when to spin
     * @throws UnsatisfiedLinkError if Netty's native epoll transport is not available, or too old, or of several releases
     *                              that do not fit each other
     */
    public static IoHandlerFactory newFactory(int maxEvents, SelectStrategyFactory selectStrategyFactory) {
        return newFactory(new IoUringIoHandlerConfig(), maxEvents, selectStrategyFactory);
    }

    static IoHandlerFactory newFactory(IoUringIoHandlerConfig config, int maxEvents,
                                       SelectStrategyFactory selectStrategyFactory) {
        NettyReleases.ensureUsable();
        PollringProperties.warnOfUnknown();
        ObjectUtil.checkNotNull(config, "config");
        ObjectUtil.checkPositiveOrZero(maxEvents, "maxEvents");
        ObjectUtil.checkNotNull(selectStrategyFactory, "selectStrategyFactory");
        RingShare share = new RingShare(config.ringPercent());
        LoopSettings settings = config.toSettings(maxEvents);
        Fallback fallback = config.fallback();
        String effective = config.toString();
        return new IoHandlerFactory() {
            @Override
            public IoHandler newHandler(ThreadAwareExecutor ioExecutor) {
                if (Native.loadFailure() != null) {
                    return withoutLibrary(fallback, selectStrategyFactory).newHandler(ioExecutor);
                }
                IoUringIoHandler handler =
                        new IoUringIoHandler(ioExecutor, share.next(settings), selectStrategyFactory.newSelectStrategy());
                if (TOLD.compareAndSet(false, true)) {
                    logger.info("Pollring {}: the first loop waits on {}; {}", IoUring.version(),
                            handler.metrics.backend(), effective);
                }
                return handler;
            }

            @Override
            public boolean isChangingThreadSupported() {
                return true;
            }
        };
    }

    /** Where epoll works, a group never fails to start because our own native library is not there. */
    private static IoHandlerFactory withoutLibrary(Fallback fallback, SelectStrategyFactory selectStrategyFactory) {
        Throwable cause = Native.loadFailure();
        if (fallback == Fallback.FAIL) {
            throw new IllegalStateException("io_uring is required, but: " + cause.getMessage(), cause);
        }
        if (LIBRARY_WARNED.compareAndSet(false, true)) {
            logger.warn("Netty's own epoll handler runs the event loops, because the native library is not available; "
                    + "add the transport-iouring-native jar of this platform: {}", cause.toString());
        }
        return EpollIoHandler.newFactory(0, selectStrategyFactory);
    }

    /** See {@link IoUring#dump}. */
    String dump() {
        return loop.dump();
    }

    /** What this handler's loop has counted. */
    public IoUringMetrics metrics() {
        return metrics;
    }

    /** Why the loop has no ring, or {@code null} if it has one. May be called by any thread. */
    Throwable unavailabilityCause() {
        return loop.unavailabilityCause();
    }

    @Override
    public void initialize() {
        loop.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        return loop.run(context);
    }

    @Override
    public void wakeup() {
        loop.wakeup();
    }

    @Override
    public void prepareToDestroy() {
        loop.prepareToDestroy();
    }

    @Override
    public void destroy() {
        IoUring.closed(executor, this);
        loop.destroy();
    }

    /**
     * @throws IllegalArgumentException if {@code handle} is not an {@link EpollIoHandle}
     * @throws IllegalStateException    if this handler was destroyed
     */
    @Override
    public IoRegistration register(IoHandle handle) {
        if (!(handle instanceof EpollIoHandle)) {
            throw new IllegalArgumentException(
                    "IoHandle of type " + StringUtil.simpleClassName(handle) + " not supported");
        }
        return loop.register((EpollIoHandle) handle);
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return EpollIoHandle.class.isAssignableFrom(handleType);
    }

    /**
     * Has epoll watch a channel from now on, in the middle of whatever it does; on the loop's thread.
     *
     * @param reason what {@link IoUringMetrics#revertsByReason()} counts it under
     * @return whether epoll watches the channel now
     */
    boolean revert(Channel channel, String reason) {
        return loop.revert((EpollIoHandle) channel.unsafe(), reason);
    }

    /** See {@link IoUring#useEpoll}; on the loop's thread. */
    void useEpoll() {
        loop.useEpoll();
    }

    /** See {@link IoUring#useRing}; on the loop's thread. */
    void useRing() throws RingException {
        loop.useRing();
    }

    /** How many channels are registered now. May be called by any thread. */
    public int channelCount() {
        return adapter.channels();
    }

    /** The channels that are registered now; a copy. Any thread but the loop's gets no more than a good guess. */
    public List<Channel> registeredChannels() {
        List<Channel> channels = new ArrayList<>();
        for (EpollIoHandle handle : loop.handles()) {
            Channel channel = ChannelHandleAdapter.channelOf(handle);
            if (channel != null) {
                channels.add(channel);
            }
        }
        return channels;
    }

    @Override
    public String toString() {
        return "IoUringIoHandler(" + metrics + ')';
    }
}
