/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.netty;

import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.PeerCredentials;
import io.pollring.channel.IoUringDatagramChannel;
import io.pollring.channel.IoUringDomainDatagramChannel;
import io.pollring.channel.IoUringDomainSocketChannel;
import io.pollring.channel.IoUringServerDomainSocketChannel;
import io.pollring.channel.IoUringServerSocketChannel;
import io.pollring.channel.IoUringSocketChannel;
import io.pollring.testsuite.harness.Network;

import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/** Whose channels: Netty's own, hosted by our loops, or ours. */
enum Kinds {
    HOSTED(EpollSocketChannel.class, EpollServerSocketChannel.class, EpollDomainSocketChannel.class,
            EpollServerDomainSocketChannel.class, EpollDatagramChannel.class, EpollDomainDatagramChannel.class),
    OWN(IoUringSocketChannel.class, IoUringServerSocketChannel.class, IoUringDomainSocketChannel.class,
            IoUringServerDomainSocketChannel.class, IoUringDatagramChannel.class, IoUringDomainDatagramChannel.class);

    private static final AtomicInteger NAMES = new AtomicInteger();

    final Class<? extends Channel> tcp;
    final Class<? extends ServerChannel> tcpServer;
    final Class<? extends Channel> unix;
    final Class<? extends ServerChannel> unixServer;
    final Class<? extends Channel> udp;
    final Class<? extends Channel> unixDatagrams;

    Kinds(Class<? extends Channel> tcp, Class<? extends ServerChannel> tcpServer, Class<? extends Channel> unix,
          Class<? extends ServerChannel> unixServer, Class<? extends Channel> udp,
          Class<? extends Channel> unixDatagrams) {
        this.tcp = tcp;
        this.tcpServer = tcpServer;
        this.unix = unix;
        this.unixServer = unixServer;
        this.udp = udp;
        this.unixDatagrams = unixDatagrams;
    }

    /** An address in the abstract name space, which leaves no file behind. */
    static DomainSocketAddress newUnixAddress() {
        return new DomainSocketAddress("\0pollring-" + ProcessHandle.current().pid() + '-' + NAMES.incrementAndGet());
    }

    SocketAddress anyAddress(Class<? extends ServerChannel> server) {
        return server == unixServer ? newUnixAddress() : Network.anyPort();
    }

    PeerCredentials credentials(Channel channel) throws IOException {
        return this == HOSTED ? ((EpollDomainSocketChannel) channel).peerCredentials()
                : ((IoUringDomainSocketChannel) channel).peerCredentials();
    }
}
