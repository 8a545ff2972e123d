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
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A port is free as soon as the close future is done, without SO_REUSEADDR: no poll holds the closed socket. With
 * SO_REUSEPORT it need not be free.
 */
class PortReuseTest {
    private static final int ROUNDS = 1000;

    @ParameterizedTest
    @EnumSource(Setup.class)
    void ofAListener(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(2)) {
            ServerBootstrap bootstrap = new ServerBootstrap()
                    .group(group.group)
                    .channel(group.channels.server)
                    .option(ChannelOption.SO_REUSEADDR, false)
                    .childHandler(TestGroup.IGNORE);
            rebind(setup, port -> bootstrap.bind(InetAddress.getLoopbackAddress(), port).sync().channel(),
                    channel -> { });
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void ofAListenerWhosePeersAreStillConnected(Setup setup) throws Exception {
        // The accepted channels live on; they are in the kernel's way only if they were bound by themselves.
        try (TestGroup group = setup.newGroup(2)) {
            ServerBootstrap bootstrap = new ServerBootstrap()
                    .group(group.group)
                    .channel(group.channels.server)
                    .childHandler(TestGroup.IGNORE);
            rebind(setup, port -> bootstrap.bind(InetAddress.getLoopbackAddress(), port).sync().channel(), channel -> {
                try (Socket socket = new Socket()) {
                    socket.connect(channel.localAddress());
                    // Without this the peer's side would keep the connection, not ours.
                    socket.setSoLinger(true, 0);
                }
            });
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void ofADatagramSocket(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(2)) {
            Bootstrap bootstrap = new Bootstrap()
                    .group(group.group)
                    .channel(group.channels.datagram)
                    .handler(TestGroup.IGNORE);
            rebind(setup, port -> bootstrap.bind(InetAddress.getLoopbackAddress(), port).sync().channel(),
                    channel -> { });
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void byListenersThatShareIt(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(2)) {
            AtomicInteger[] accepted = {new AtomicInteger(), new AtomicInteger(), new AtomicInteger()};
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            for (AtomicInteger count : accepted) {
                address = TestGroup.address(countingListener(group, count).bind(address).sync().channel());
            }
            assertInstanceOf(IOException.class, countingListener(group, new AtomicInteger())
                    .option(EpollChannelOption.SO_REUSEPORT, false).bind(address).await().cause());
            int connections = 100;
            for (int i = 0; i < connections; i++) {
                new Socket(address.getAddress(), address.getPort()).close();
            }
            Await.until("all are accepted", 5000,
                    () -> Stream.of(accepted).mapToInt(AtomicInteger::get).sum() == connections);
            for (AtomicInteger count : accepted) {
                // The kernel chooses a listener by the connection's port.
                assertTrue(count.get() > 0, Arrays.toString(accepted));
            }
        }
    }

    private static ServerBootstrap countingListener(TestGroup group, AtomicInteger accepted) {
        return new ServerBootstrap()
                .group(group.group)
                .channel(group.channels.server)
                .option(EpollChannelOption.SO_REUSEPORT, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel ch) {
                        accepted.incrementAndGet();
                    }
                });
    }

    private static void rebind(Setup setup, Binder binder, Use use) throws Exception {
        Channel channel = bindToAFreePort(binder);
        int port = TestGroup.address(channel).getPort();
        for (int i = 0; i < setup.rounds(ROUNDS); i++) {
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
            } catch (IOException e) {
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
