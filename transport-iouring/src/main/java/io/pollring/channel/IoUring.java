/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.netty.util.internal.SystemPropertyUtil;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.ring.EpollSet;
import io.pollring.ring.Native;
import io.pollring.ring.Ring;
import io.pollring.ring.RingCounters;
import io.pollring.ring.RingFeature;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells whether rings can be had in this process, and what a loop or a channel runs on.
 *
 * <p>{@link IoUringEventLoopGroup} works where {@link #isAvailable()} is {@code false}, too, provided that Netty's epoll
 * transport does: its loops then wait on epoll. Each loop decides for itself when it is made; this class only tells what
 * a loop that is made now would find. All methods may be called by any thread.
 */
public final class IoUring {
    static final AttributeKey<Boolean> REVERTED = AttributeKey.valueOf(IoUring.class, "REVERTED");

    private static final InternalLogger logger = InternalLoggerFactory.getInstance(IoUring.class);
    private static final Map<ThreadAwareExecutor, IoUringIoHandler> HANDLERS = new ConcurrentHashMap<>();

    private IoUring() { }

    /** Whether a ring with polls can be had on this machine, in this process, now or when it was first asked. */
    public static boolean isAvailable() {
        return unavailabilityCause() == null;
    }

    /** Why {@link #isAvailable()} is {@code false}, in words that name the remedy, or {@code null} if it is not. */
    public static Throwable unavailabilityCause() {
        return Availability.CAUSE;
    }

    /**
     * Does nothing if rings can be had.
     *
     * @throws UnsatisfiedLinkError with {@link #unavailabilityCause()} as its cause if not
     */
    public static void ensureAvailability() {
        Throwable cause = unavailabilityCause();
        if (cause != null) {
            throw (Error) new UnsatisfiedLinkError("io_uring is not available: " + cause.getMessage())
                    .initCause(cause);
        }
    }

    /** What the kernel offers and this transport uses, on one line; or why it is unavailable. */
    public static String featureString() {
        Throwable cause = unavailabilityCause();
        return cause == null ? Availability.FEATURES : "unavailable: " + cause.getMessage();
    }

    /**
     * What {@code loop} waits on.
     *
     * @throws IllegalArgumentException if it is not a loop of this transport, or has terminated
     */
    public static IoUringBackend backend(EventLoop loop) {
        if (loop instanceof IoUringEventLoop && ((IoUringEventLoop) loop).isIoType(EpollIoHandler.class)) {
            return IoUringBackend.EPOLL;
        }
        return metrics(loop).backend();
    }

    /**
     * What watches {@code channel}.
     *
     * @throws IllegalArgumentException if it is not registered with a loop of this transport
     */
    public static IoUringBackend backend(Channel channel) {
        if (!channel.isRegistered()) {
            throw new IllegalArgumentException("channel: " + channel + " (expected: a registered one)");
        }
        IoUringBackend backend = backend(channel.eventLoop());
        return channel.hasAttr(REVERTED) && channel.attr(REVERTED).get() == Boolean.TRUE ? IoUringBackend.EPOLL
                : backend;
    }

    /**
     * What {@code loop} has counted.
     *
     * @param loop one loop, not a group of them
     * @throws IllegalArgumentException if it is not a loop of this transport, or has terminated, or if the native
     *                                  library is missing, so that Netty's epoll handler runs it
     */
    public static IoUringMetrics metrics(EventLoop loop) {
        return handler(loop).metrics();
    }

    /** What runs {@code loop}; on the loop's thread it can be used. */
    static IoUringIoHandler handler(EventLoop loop) {
        IoUringIoHandler handler = loop instanceof ThreadAwareExecutor ? HANDLERS.get((ThreadAwareExecutor) loop)
                : null;
        if (handler == null) {
            throw new IllegalArgumentException("loop: " + loop + " (expected: a live loop with an "
                    + IoUringIoHandler.class.getSimpleName() + ')');
        }
        return handler;
    }

    static void opened(ThreadAwareExecutor executor, IoUringIoHandler handler) {
        HANDLERS.put(executor, handler);
    }

    static void closed(ThreadAwareExecutor executor, IoUringIoHandler handler) {
        HANDLERS.remove(executor, handler);
    }

    /** Whether the user has switched rings off. */
    static boolean isDisabled() {
        return SystemPropertyUtil.getBoolean("io.pollring.noRing", false);
    }

    /** The test of a first ring; made when somebody asks. */
    private static final class Availability {
        static final Throwable CAUSE;
        static final String FEATURES;

        static {
            Throwable cause = null;
            String features = "";
            try {
                features = tryRing();
            } catch (Throwable t) {
                cause = t;
                logger.debug("io_uring is not available: {}", t.getMessage());
            }
            CAUSE = cause;
            FEATURES = features;
        }

        private Availability() { }

        private static String tryRing() throws Exception {
            if (isDisabled()) {
                throw new UnsupportedOperationException("rings were switched off with -Dio.pollring.noRing=true");
            }
            // An empty epoll set is an fd that can be polled and is not ready.
            try (EpollSet idle = new EpollSet(Native.kernel(), io.netty.channel.epoll.Native.sizeofEpollEvent(),
                    io.netty.channel.epoll.Native.offsetofEpollData());
                 Ring ring = Ring.open(Native.kernel(), 8, 16, RingFeature.allowedByProperties(), new RingCounters(),
                         (userData, result, flags) -> { })) {
                ring.enable(idle.fd());
                return ring.features().toString();
            }
        }
    }
}
