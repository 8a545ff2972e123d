/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.EventLoopTaskQueueFactory;
import io.netty.channel.SelectStrategyFactory;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.util.concurrent.DefaultEventExecutorChooserFactory;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutorChooserFactory;
import io.netty.util.concurrent.RejectedExecutionHandler;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import io.netty.util.concurrent.ThreadPerTaskExecutor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** The group takes what {@code EpollEventLoopGroup} takes, and refuses what that refuses, in the same way. */
@SuppressWarnings("deprecation")
class GroupArgumentsTest {
    private static final Map<Class<?>, Object> VALID = new HashMap<>();

    static {
        ThreadFactory threads = new DefaultThreadFactory("group-arguments");
        VALID.put(int.class, 1);
        VALID.put(ThreadFactory.class, threads);
        VALID.put(Executor.class, new ThreadPerTaskExecutor(threads));
        VALID.put(SelectStrategyFactory.class, DefaultSelectStrategyFactory.INSTANCE);
        VALID.put(EventExecutorChooserFactory.class, DefaultEventExecutorChooserFactory.INSTANCE);
        VALID.put(RejectedExecutionHandler.class, RejectedExecutionHandlers.reject());
        VALID.put(EventLoopTaskQueueFactory.class,
                (EventLoopTaskQueueFactory) maxCapacity -> new ConcurrentLinkedQueue<>());
    }

    @TestFactory
    List<DynamicTest> likeEpolls() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Constructor<?> epolls : EpollEventLoopGroup.class.getConstructors()) {
            Class<?>[] types = epolls.getParameterTypes();
            Object[] valid = Arrays.stream(types).map(VALID::get).toArray();
            compare(tests, types, valid, "valid");
            for (int i = 0; i < types.length; i++) {
                for (Object bad : types[i] == int.class ? new Object[] {-1, 0, Integer.MIN_VALUE}
                        : new Object[] {null}) {
                    Object[] arguments = valid.clone();
                    arguments[i] = bad;
                    compare(tests, types, arguments, bad + " as argument " + (i + 1));
                }
            }
        }
        return tests;
    }

    private static void compare(List<DynamicTest> tests, Class<?>[] types, Object[] arguments, String what) {
        StringBuilder name = new StringBuilder();
        for (Class<?> type : types) {
            name.append(name.length() == 0 ? "(" : ", ").append(type.getSimpleName());
        }
        tests.add(DynamicTest.dynamicTest((types.length == 0 ? "(" : name) + "): " + what, () -> assertEquals(
                outcome(EpollEventLoopGroup.class.getConstructor(types), arguments),
                outcome(IoUringEventLoopGroup.class.getConstructor(types), arguments))));
    }

    /** The number of loops, or what was thrown and why. */
    private static String outcome(Constructor<?> constructor, Object[] arguments) throws Exception {
        EventLoopGroup group;
        try {
            group = (EventLoopGroup) constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            StringBuilder chain = new StringBuilder();
            for (Throwable t = e.getCause(); t != null; t = t.getCause()) {
                chain.append(t.getClass().getName()).append(' ');
            }
            return chain.toString();
        }
        int loops = 0;
        for (Object ignored : group) {
            loops++;
        }
        // A null queue or handler may only come to light in use.
        String use;
        try {
            use = group.submit(() -> "works").get(5, TimeUnit.SECONDS);
        } catch (Exception e) {
            use = e.getClass().getName();
        }
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).await();
        return loops + " loops, " + use;
    }

    @Test
    void hasAllThatAProgramCanCall() throws Exception {
        for (Constructor<?> constructor : EpollEventLoopGroup.class.getConstructors()) {
            IoUringEventLoopGroup.class.getConstructor(constructor.getParameterTypes());
        }
        for (Method method : EpollEventLoopGroup.class.getMethods()) {
            IoUringEventLoopGroup.class.getMethod(method.getName(), method.getParameterTypes());
        }
    }

    @Test
    void ofOurOwn() {
        IoUringIoHandlerConfig config = new IoUringIoHandlerConfig();
        assertThrows(NullPointerException.class, () -> new IoUringEventLoopGroup(1, (IoUringIoHandlerConfig) null));
        assertThrows(NullPointerException.class, () -> 
                new IoUringEventLoopGroup(1, null, (IoUringIoHandlerConfig) null));
        assertThrows(IllegalArgumentException.class, () -> new IoUringEventLoopGroup(-1, config));
        assertThrows(NullPointerException.class, () -> IoUringIoHandler.newFactory(null));
        assertThrows(NullPointerException.class, () -> IoUringIoHandler.newFactory(config, null));
        assertThrows(NullPointerException.class, () -> IoUringIoHandler.newFactory(config).newHandler(null));
    }
}
