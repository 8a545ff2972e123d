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
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.loop.RingTrial;
import io.pollring.ring.Native;
import io.pollring.ring.PollringProperties;
import io.pollring.ring.RingFeature;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
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

    /** In the jar; written when it is built. */
    private static final String VERSION_FILE = "/META-INF/io.pollring.versions.properties";

    private IoUring() { }

    /** The version of this transport's jar, or {@code unknown} where its classes are used without their resources. */
    public static String version() {
        Properties properties = new Properties();
        try (InputStream file = IoUring.class.getResourceAsStream(VERSION_FILE)) {
            if (file != null) {
                properties.load(file);
            }
        } catch (IOException e) {
            logger.debug("{} cannot be read", VERSION_FILE, e);
        }
        return properties.getProperty("version", "unknown");
    }

    /**
     * Whether a loop that is made now, with the default settings, gets a ring. Found out by making such a ring and closing
     * it, which takes some time and, for a moment, what memory a loop's ring takes: it is for the start of a program and for
     * its operators, not for each connection. Asked several times within 0.1 s, it makes one ring for all, unless a loop was
     * made in between.
     */
    public static boolean isAvailable() {
        return unavailabilityCause() == null;
    }

    /** Why {@link #isAvailable()} is {@code false}, in words that name the remedy, or {@code null} if it is not. */
    public static Throwable unavailabilityCause() {
        try {
            tryRing();
            return null;
        } catch (Throwable t) {
            logger.debug("io_uring is not available: {}", t.getMessage());
            return t;
        }
    }

    /**
     * Why {@code loop} has no ring: since it was made, or since it has lost its ring.
     *
     * @return {@code null} if it has one
     * @throws IllegalArgumentException if it is not a loop of this transport, or has terminated
     */
    public static Throwable unavailabilityCause(EventLoop loop) {
        return isNettys(loop) ? Native.loadFailure() : handler(loop).unavailabilityCause();
    }

    private static Set<RingFeature> tryRing() throws Exception {
        return RingTrial.run(new IoUringIoHandlerConfig().toSettings(0));
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

    /** What the kernel offers and this transport uses, on one line; or why it is unavailable. Costs what asking that costs. */
    public static String featureString() {
        try {
            return tryRing().toString();
        } catch (Throwable t) {
            return "unavailable: " + t.getMessage();
        }
    }

    /**
     * What {@code loop} waits on.
     *
     * @throws IllegalArgumentException if it is not a loop of this transport, or has terminated
     */
    public static IoUringBackend backend(EventLoop loop) {
        return isNettys(loop) ? IoUringBackend.EPOLL : metrics(loop).backend();
    }

    /** Whether Netty's epoll handler runs a loop of ours, for want of the native library. */
    private static boolean isNettys(EventLoop loop) {
        return loop instanceof IoUringEventLoop && ((IoUringEventLoop) loop).isIoType(EpollIoHandler.class);
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

    /**
     * What {@code loop} looks like now, in several lines: what it waits on, what it has to do, and of each channel the fd, what
     * it wants to hear of, and how the kernel was told. For somebody who asks why a channel is silent. The loop goes on
     * meanwhile, so two values need not be of one moment.
     *
     * @throws IllegalArgumentException if it is not a loop of this transport, or has terminated, or if the native
     *                                  library is missing, so that Netty's epoll handler runs it
     */
    public static String dump(EventLoop loop) {
        return handler(loop).dump();
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
        RingTrial.forget();
    }

    static void closed(ThreadAwareExecutor executor, IoUringIoHandler handler) {
        HANDLERS.remove(executor, handler);
    }

    /** Whether the user has switched rings off. */
    static boolean isDisabled() {
        return PollringProperties.flag(PollringProperties.NO_RING, false, true);
    }
}
