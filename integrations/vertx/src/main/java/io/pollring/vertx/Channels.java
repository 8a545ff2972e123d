/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.vertx;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DatagramChannel;
import io.pollring.channel.IoUringDatagramChannel;
import io.pollring.channel.IoUringDomainSocketChannel;
import io.pollring.channel.IoUringServerDomainSocketChannel;
import io.pollring.channel.IoUringServerSocketChannel;
import io.pollring.channel.IoUringSocketChannel;

/** Whose channels connections have. */
enum Channels {
    /** Pollring's, which send and receive through the ring. */
    OWN(IoUringSocketChannel::new, IoUringServerSocketChannel::new, IoUringDomainSocketChannel::new,
            IoUringServerDomainSocketChannel::new, IoUringDatagramChannel::new),
    /** Those of Netty's epoll transport. */
    NETTY(EpollSocketChannel::new, EpollServerSocketChannel::new, EpollDomainSocketChannel::new,
            EpollServerDomainSocketChannel::new, EpollDatagramChannel::new);

    final ChannelFactory<? extends Channel> stream;
    final ChannelFactory<? extends ServerChannel> server;
    final ChannelFactory<? extends Channel> domainStream;
    final ChannelFactory<? extends ServerChannel> domainServer;
    final ChannelFactory<? extends DatagramChannel> datagram;

    Channels(ChannelFactory<? extends Channel> stream, ChannelFactory<? extends ServerChannel> server,
             ChannelFactory<? extends Channel> domainStream, ChannelFactory<? extends ServerChannel> domainServer,
             ChannelFactory<? extends DatagramChannel> datagram) {
        this.stream = stream;
        this.server = server;
        this.domainStream = domainStream;
        this.domainServer = domainServer;
        this.datagram = datagram;
    }
}
