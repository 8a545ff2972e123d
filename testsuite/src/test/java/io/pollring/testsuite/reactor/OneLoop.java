/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.reactor;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.pollring.channel.IoUringServerSocketChannel;
import io.pollring.channel.IoUringSocketChannel;
import io.pollring.testsuite.harness.TestLoops;
import reactor.netty.resources.LoopResources;

import java.util.concurrent.TimeUnit;

/** One loop, and the channels that reactor-netty is to make on it: our own, or those of Netty's epoll. */
final class OneLoop implements LoopResources, AutoCloseable {
    private final boolean own;
    private final EventLoopGroup group;

    OneLoop(String name, boolean own) {
        this.own = own;
        group = own ? TestLoops.newGroup(1, name) :
                new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory(name, true), EpollIoHandler.newFactory());
    }

    @Override
    public EventLoopGroup onServer(boolean useNative) {
        return group;
    }

    @Override
    public <C extends Channel> C onChannel(Class<C> type, EventLoopGroup group) {
        return type.cast(ServerChannel.class.isAssignableFrom(type) ?
                own ? new IoUringServerSocketChannel() : new EpollServerSocketChannel() :
                own ? new IoUringSocketChannel() : new EpollSocketChannel());
    }

    @Override
    @SuppressWarnings("unchecked")
    public <C extends Channel> Class<? extends C> onChannelClass(Class<C> type, EventLoopGroup group) {
        Class<? extends Channel> ours = ServerChannel.class.isAssignableFrom(type) ?
                own ? IoUringServerSocketChannel.class : EpollServerSocketChannel.class :
                own ? IoUringSocketChannel.class : EpollSocketChannel.class;
        return (Class<? extends C>) ours;
    }

    @Override
    public boolean isDisposed() {
        return group.isShuttingDown();
    }

    @Override
    public void close() throws InterruptedException {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }
}
