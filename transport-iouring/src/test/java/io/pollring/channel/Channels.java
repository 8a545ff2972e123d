/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;

/** Whose channel classes a test runs. */
enum Channels {
    /** Netty's Epoll channels; on a loop of ours they are guests. */
    NETTYS(EpollSocketChannel.class, EpollServerSocketChannel.class, EpollDatagramChannel.class,
            EpollDomainSocketChannel.class, EpollServerDomainSocketChannel.class),
    OURS(IoUringSocketChannel.class, IoUringServerSocketChannel.class, IoUringDatagramChannel.class,
            IoUringDomainSocketChannel.class, IoUringServerDomainSocketChannel.class);

    final Class<? extends Channel> socket;
    final Class<? extends ServerChannel> server;
    final Class<? extends Channel> datagram;
    final Class<? extends Channel> unix;
    final Class<? extends ServerChannel> unixServer;

    Channels(Class<? extends Channel> socket, Class<? extends ServerChannel> server, Class<? extends Channel> datagram,
             Class<? extends Channel> unix, Class<? extends ServerChannel> unixServer) {
        this.socket = socket;
        this.server = server;
        this.datagram = datagram;
        this.unix = unix;
        this.unixServer = unixServer;
    }
}
