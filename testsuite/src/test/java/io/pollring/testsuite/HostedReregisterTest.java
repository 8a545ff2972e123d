/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite;

import io.netty.channel.AbstractEventLoopTest;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.pollring.testsuite.harness.TestChannels;
import io.pollring.testsuite.harness.TestLoops;

/** Netty's test of channels that move from one loop to another; published with its NIO transport. */
public class HostedReregisterTest extends AbstractEventLoopTest {

    private static final int THREADS = 4;

    @Override
    protected EventLoopGroup newEventLoopGroup() {
        return TestLoops.newGroup(THREADS, "testsuite-reregister");
    }

    @Override
    protected Class<? extends ServerChannel> newChannel() {
        return TestChannels.serverInPlaceOf(EpollServerSocketChannel.class);
    }

    @Override
    protected Class<? extends SocketChannel> newSocketChannel() {
        return TestChannels.inPlaceOf(EpollSocketChannel.class).asSubclass(SocketChannel.class);
    }
}
