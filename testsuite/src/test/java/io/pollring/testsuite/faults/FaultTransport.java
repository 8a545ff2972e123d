/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.faults;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.pollring.channel.IoUringDomainSocketChannel;
import io.pollring.channel.IoUringEventLoopGroup;
import io.pollring.channel.IoUringServerDomainSocketChannel;
import io.pollring.channel.IoUringServerSocketChannel;
import io.pollring.channel.IoUringSocketChannel;

import java.util.concurrent.ThreadFactory;

/** Whose channels are tested on whose loops. */
enum FaultTransport {
    /** Netty's own, which tells what can be survived at all. */
    EPOLL(false, false),
    HOSTED(true, false),
    OWN(true, true);

    private final boolean ourLoop;
    private final boolean ourChannels;

    FaultTransport(boolean ourLoop, boolean ourChannels) {
        this.ourLoop = ourLoop;
        this.ourChannels = ourChannels;
    }

    EventLoopGroup newGroup(int loops) {
        ThreadFactory threads = new DefaultThreadFactory("faults", true);
        return ourLoop ? new IoUringEventLoopGroup(loops, threads)
                : new MultiThreadIoEventLoopGroup(loops, threads, EpollIoHandler.newFactory());
    }

    Class<? extends ServerChannel> server(boolean unix) {
        if (ourChannels) {
            return unix ? IoUringServerDomainSocketChannel.class : IoUringServerSocketChannel.class;
        }
        return unix ? EpollServerDomainSocketChannel.class : EpollServerSocketChannel.class;
    }

    Class<? extends Channel> client(boolean unix) {
        if (ourChannels) {
            return unix ? IoUringDomainSocketChannel.class : IoUringSocketChannel.class;
        }
        return unix ? EpollDomainSocketChannel.class : EpollSocketChannel.class;
    }
}
