/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.agent.app;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.EventExecutor;

import java.lang.reflect.Method;
import java.util.Set;
import java.util.TreeSet;

/** Looks at what loops run on, without knowing Pollring. */
final class Loops {
    private Loops() { }

    /** RING or EPOLL for loops of Pollring's, or the class of the handler; one word if all have the same. */
    static String backends(EventLoopGroup group) throws Exception {
        Set<String> backends = new TreeSet<>();
        for (EventExecutor loop : group) {
            loop.submit(() -> { }).sync();
            backends.add(backend(loop));
        }
        return String.join("+", backends);
    }

    private static String backend(EventExecutor loop) throws Exception {
        Object handler = handler(loop);
        if (!handler.getClass().getName().equals("io.pollring.channel.IoUringIoHandler")) {
            return handler.getClass().getSimpleName();
        }
        Class<?> ioUring = Class.forName("io.pollring.channel.IoUring", true, handler.getClass().getClassLoader());
        return ioUring.getMethod("backend", io.netty.channel.EventLoop.class).invoke(null, loop).toString();
    }

    static Object handler(EventExecutor loop) throws Exception {
        Method method = SingleThreadIoEventLoop.class.getDeclaredMethod("ioHandler");
        method.setAccessible(true);
        return method.invoke(loop);
    }
}
