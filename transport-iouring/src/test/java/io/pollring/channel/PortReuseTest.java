/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.ThreadLocalRandom;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** A port is free as soon as the close future is done, without SO_REUSEADDR: no poll holds the closed socket. */
class PortReuseTest {
    private static final int ROUNDS = Scale.of(1000);

    @ParameterizedTest
    @EnumSource(Mode.class)
    void ofAListener(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 2)) {
            ServerBootstrap bootstrap = new ServerBootstrap()
                    .group(group.group)
                    .channel(EpollServerSocketChannel.class)
                    .option(ChannelOption.SO_REUSEADDR, false)
                    .childHandler(TestGroup.IGNORE);
            rebind(port -> bootstrap.bind(InetAddress.getLoopbackAddress(), port).sync().channel(), channel -> { });
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void ofAListenerWhosePeersAreStillConnected(Mode mode) throws Exception {
        // The accepted channels live on; they are in the kernel's way only if they were bound by themselves.
        try (TestGroup group = new TestGroup(mode, 2)) {
            ServerBootstrap bootstrap = new ServerBootstrap()
                    .group(group.group)
                    .channel(EpollServerSocketChannel.class)
                    .childHandler(TestGroup.IGNORE);
            rebind(port -> bootstrap.bind(InetAddress.getLoopbackAddress(), port).sync().channel(), channel -> {
                try (Socket socket = new Socket()) {
                    socket.connect(channel.localAddress());
                    // Without this the peer's side would keep the connection, not ours.
                    socket.setSoLinger(true, 0);
                }
            });
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void ofADatagramSocket(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 2)) {
            Bootstrap bootstrap = new Bootstrap()
                    .group(group.group)
                    .channel(EpollDatagramChannel.class)
                    .handler(TestGroup.IGNORE);
            rebind(port -> bootstrap.bind(InetAddress.getLoopbackAddress(), port).sync().channel(), channel -> { });
        }
    }

    private static void rebind(Binder binder, Use use) throws Exception {
        Channel channel = bindToAFreePort(binder);
        int port = TestGroup.address(channel).getPort();
        for (int i = 0; i < ROUNDS; i++) {
            use.of(channel);
            if (i % 2 == 0) {
                channel.close().sync();
            } else {
                Channel current = channel;
                TestGroup.run(channel.eventLoop(), current::close);
            }
            channel = binder.bind(port);
            assertEquals(port, ((InetSocketAddress) channel.localAddress()).getPort());
        }
        channel.close().sync();
    }

    /** Below the ports that the kernel gives away by itself: one of those could be taken between close and bind. */
    private static Channel bindToAFreePort(Binder binder) throws Exception {
        for (int i = 0;; i++) {
            try {
                return binder.bind(ThreadLocalRandom.current().nextInt(20_000, 30_000));
            } catch (BindException e) {
                if (i == 100) {
                    throw e;
                }
            }
        }
    }

    private interface Binder {
        Channel bind(int port) throws Exception;
    }

    private interface Use {
        void of(Channel channel) throws Exception;
    }
}
