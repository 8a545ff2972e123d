/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.agent.app;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.EventExecutor;

import java.lang.reflect.Method;
import java.util.Set;
import java.util.TreeSet;

/** Looks at what loops run on, without knowing Pollring. The tests of interop use it, too. */
public final class Loops {
    private Loops() { }

    /** RING or EPOLL for loops of Pollring's, or the class of the handler; one word if all have the same. */
    public static String backends(EventLoopGroup group) throws Exception {
        Set<String> backends = new TreeSet<>();
        for (EventExecutor loop : group) {
            loop.submit(() -> { }).sync();
            backends.add(backend(loop));
        }
        return String.join("+", backends);
    }

    private static String backend(EventExecutor loop) throws Exception {
        Object handler = handler(loop);
        return isOurs(handler) ? ask(loop, handler, "backend").toString() : handler.getClass().getSimpleName();
    }

    private static boolean isOurs(Object handler) {
        return handler.getClass().getName().equals("io.pollring.channel.IoUringIoHandler");
    }

    /** What {@code IoUring.question(loop)} says. */
    private static Object ask(EventExecutor loop, Object handler, String question) throws Exception {
        Class<?> ioUring = Class.forName("io.pollring.channel.IoUring", true, handler.getClass().getClassLoader());
        return ioUring.getMethod(question, EventLoop.class).invoke(null, loop);
    }

    /** The sum of one of the numbers of {@code IoUringMetrics}; 0 for loops that are not Pollring's. */
    public static long metric(EventLoopGroup group, String name) throws Exception {
        long sum = 0;
        for (EventExecutor loop : group) {
            Object handler = handler(loop);
            if (isOurs(handler)) {
                Object metrics = ask(loop, handler, "metrics");
                sum += ((Number) metrics.getClass().getMethod(name).invoke(metrics)).longValue();
            }
        }
        return sum;
    }

    /** How many channels there are in loops of Pollring's. */
    public static int channels(EventLoopGroup group) throws Exception {
        int sum = 0;
        for (EventExecutor loop : group) {
            Object handler = handler(loop);
            if (isOurs(handler)) {
                sum += (int) handler.getClass().getMethod("channelCount").invoke(handler);
            }
        }
        return sum;
    }

    static Object handler(EventExecutor loop) throws Exception {
        Method method = SingleThreadIoEventLoop.class.getDeclaredMethod("ioHandler");
        method.setAccessible(true);
        return method.invoke(loop);
    }
}
