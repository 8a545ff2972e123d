/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.vertxsuite;

import io.netty.channel.EventLoopGroup;
import io.pollring.vertx.PollringServiceProvider;
import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.transport.Transport;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Found by Vert.x as ours is, and makes the tests of all runs the same: they ask for no transport, as most programs,
 * and get Netty's epoll in the baseline and what our provider gives in the others. Each group is shown to
 * {@link LoopWatch}.
 */
public final class SuiteProvider implements VertxServiceProvider {

    @Override
    public void init(VertxBootstrap bootstrap) {
        if (Run.current().isOurs()) {
            new PollringServiceProvider().init(bootstrap);
        } else if (bootstrap.transport() == null || bootstrap.transport() == nio()) {
            bootstrap.transport(io.vertx.core.transport.Transport.EPOLL.implementation());
        }
        bootstrap.transport(watched(bootstrap.transport()));
    }

    private static Transport nio() {
        return io.vertx.core.transport.Transport.NIO.implementation();
    }

    private static Transport watched(Transport transport) {
        InvocationHandler watcher = (proxy, method, arguments) -> {
            try {
                Object result = method.invoke(transport, arguments);
                if (result instanceof EventLoopGroup) {
                    LoopWatch.add((EventLoopGroup) result);
                }
                return result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        };
        return (Transport) Proxy.newProxyInstance(SuiteProvider.class.getClassLoader(),
                new Class<?>[] {Transport.class}, watcher);
    }
}
