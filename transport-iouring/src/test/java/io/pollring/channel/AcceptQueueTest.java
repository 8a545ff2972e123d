/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ManualIoEventLoop;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * However long the tasks take that a loop runs in between, each of its turns accepts connections. One that needed a turn
 * to ask for the next would let the kernel's queue overflow, and clients wait for seconds.
 */
class AcceptQueueTest {
    private static final int CONNECTIONS = 200;
    /** What our listening channels accept in a turn, if their user sets nothing else. */
    private static final int PER_TURN = 16;
    /** To bind, and until the first connection is heard of. */
    private static final int OTHER_TURNS = 3;

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "EPOLL")
    void everyTurnAcceptsAsManyAsItMay(Setup setup) throws Exception {
        int atMost = setup.channels == Channels.OURS ? (CONNECTIONS + PER_TURN - 1) / PER_TURN + OTHER_TURNS
                : turnsToAcceptAll(Setup.EPOLL) + OTHER_TURNS;
        int turns = turnsToAcceptAll(setup);
        assertTrue(turns <= atMost, turns + " turns (expected: <= " + atMost + ')');
    }

    private static int turnsToAcceptAll(Setup setup) throws Exception {
        ManualIoEventLoop loop = setup.mode.newManualLoop(Thread.currentThread());
        List<SocketChannel> clients = new ArrayList<>();
        try {
            Counter accepted = new Counter();
            ChannelFuture bind = new ServerBootstrap()
                    .group(loop)
                    .channel(setup.channels.server)
                    .childHandler(accepted)
                    .bind(InetAddress.getLoopbackAddress(), 0);
            int turns = 0;
            for (; !bind.isDone(); turns++) {
                loop.runNow();
            }
            for (int i = 0; i < CONNECTIONS; i++) {
                clients.add(SocketChannel.open((InetSocketAddress) bind.channel().localAddress()));
            }
            for (; accepted.count < CONNECTIONS && turns < 10 * CONNECTIONS; turns++) {
                loop.runNow();
            }
            assertEquals(CONNECTIONS, accepted.count);
            return turns;
        } finally {
            for (SocketChannel client : clients) {
                client.close();
            }
            loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            while (!loop.isTerminated()) {
                loop.runNow();
            }
        }
    }

    @ChannelHandler.Sharable
    private static final class Counter extends ChannelInboundHandlerAdapter {
        /** Belongs to the loop's thread, which is the test's. */
        int count;

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            count++;
        }
    }
}
