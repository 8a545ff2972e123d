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
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.loop.RingTrial;
import io.pollring.ring.Native;
import io.pollring.ring.PollringProperties;
import io.pollring.ring.RingFeature;

import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.WeakHashMap;
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
    /** Of loops that have ended, for as long as somebody has them. */
    private static final Map<ThreadAwareExecutor, IoUringMetrics> ENDED =
            Collections.synchronizedMap(new WeakHashMap<>());

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
     * What {@code loop} waits on, or waited on before it terminated.
     *
     * @throws IllegalArgumentException if it is not a loop of this transport
     */
    public static IoUringBackend backend(EventLoop loop) {
        return metrics(loop).backend();
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
     * What {@code loop} has counted; also after it has terminated. Nothing, if the native library is missing, so that Netty's
     * epoll handler runs it.
     *
     * @param loop one loop, not a group of them
     * @throws IllegalArgumentException if it is not a loop of this transport
     */
    public static IoUringMetrics metrics(EventLoop loop) {
        if (isNettys(loop)) {
            return IoUringMetrics.none();
        }
        IoUringIoHandler handler = find(loop);
        // In this order: a loop that ends has both for a moment.
        IoUringMetrics metrics = handler != null ? handler.metrics()
                : loop instanceof ThreadAwareExecutor ? ENDED.get((ThreadAwareExecutor) loop) : null;
        if (metrics == null) {
            throw notOurs(loop, "a loop");
        }
        return metrics;
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

    /**
     * Moves {@code loop}, which may be running, to epoll, and all of its channels with it, as if the kernel had no rings. They
     * lose nothing: what the ring has received is delivered, and epoll looks at each anew. A channel that epoll does not
     * take is closed with that error, as on Netty's epoll: the user may watch {@code fs.epoll.max_user_watches} fds. For an
     * operator who suspects io_uring of something, or wants to compare. {@link #useRing} is the way back.
     *
     * @return done when the loop waits on epoll; {@link #unavailabilityCause(EventLoop)} says why from then on
     * @throws IllegalArgumentException if it is not a loop of this transport, or has terminated
     */
    public static Future<Void> useEpoll(EventLoop loop) {
        if (isNettys(loop)) {
            return loop.newSucceededFuture(null);
        }
        IoUringIoHandler handler = handler(loop);
        return loop.submit(() -> {
            handler.useEpoll();
            return null;
        });
    }

    /**
     * Moves {@code loop}, which may be running, to a ring, and all of its channels with it: after {@link #useEpoll}, after it
     * has lost its ring, or where {@link IoUringIoHandlerConfig#setRingPercent} has given it none. A channel that the kernel
     * does not take reverts to epoll by itself, as ever.
     *
     * @return done when the loop waits on a ring. Fails with the reason if there is none to be had, or if rings are switched
     * off with {@code io.pollring.noRing}; then the loop goes on with epoll
     * @throws IllegalArgumentException if it is not a loop of this transport, or has terminated
     */
    public static Future<Void> useRing(EventLoop loop) {
        if (isNettys(loop)) {
            return loop.newFailedFuture(Native.loadFailure());
        }
        IoUringIoHandler handler = handler(loop);
        return loop.submit(() -> {
            handler.useRing();
            return null;
        });
    }

    /** What runs {@code loop}; on the loop's thread it can be used. */
    static IoUringIoHandler handler(EventLoop loop) {
        IoUringIoHandler handler = find(loop);
        if (handler == null) {
            throw notOurs(loop, "a live loop");
        }
        return handler;
    }

    private static IoUringIoHandler find(EventLoop loop) {
        return loop instanceof ThreadAwareExecutor ? HANDLERS.get((ThreadAwareExecutor) loop) : null;
    }

    private static IllegalArgumentException notOurs(EventLoop loop, String expected) {
        return new IllegalArgumentException("loop: " + loop + " (expected: " + expected + " with an "
                + IoUringIoHandler.class.getSimpleName() + ')');
    }

    static void opened(ThreadAwareExecutor executor, IoUringIoHandler handler) {
        HANDLERS.put(executor, handler);
        RingTrial.forget();
    }

    static void closed(ThreadAwareExecutor executor, IoUringIoHandler handler) {
        ENDED.put(executor, handler.metrics().last());
        HANDLERS.remove(executor, handler);
    }

    /** Whether the user has switched rings off. */
    static boolean isDisabled() {
        return PollringProperties.flag(PollringProperties.NO_RING, false, true);
    }
}
