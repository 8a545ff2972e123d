/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.agent.app;

import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** Loops of the Netty that gRPC has in its own packages. */
public final class MovedNettyApp {
    private MovedNettyApp() { }

    @SuppressWarnings("deprecation")
    public static void main(String[] args) throws Exception {
        List<EventLoopGroup> groups = List.of(new EpollEventLoopGroup(1),
                new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()));
        for (EventLoopGroup group : groups) {
            System.out.println("ran=" + group.submit(() -> true).get(10, TimeUnit.SECONDS));
            group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        }
    }
}
