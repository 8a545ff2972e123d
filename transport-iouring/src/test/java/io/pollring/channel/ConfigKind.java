/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;

import java.util.function.Supplier;

/** A kind of channel that both Pollring and Netty's epoll transport have; its channels are made without a loop. */
enum ConfigKind {
    TCP(IoUringSocketChannel::new, EpollSocketChannel::new),
    TCP_SERVER(IoUringServerSocketChannel::new, EpollServerSocketChannel::new),
    UNIX(IoUringDomainSocketChannel::new, EpollDomainSocketChannel::new),
    UNIX_SERVER(IoUringServerDomainSocketChannel::new, EpollServerDomainSocketChannel::new),
    UDP(IoUringDatagramChannel::new, EpollDatagramChannel::new),
    UNIX_DATAGRAM(IoUringDomainDatagramChannel::new, EpollDomainDatagramChannel::new);

    final Supplier<Channel> ours;
    final Supplier<Channel> nettys;

    ConfigKind(Supplier<Channel> ours, Supplier<Channel> nettys) {
        this.ours = ours;
        this.nettys = nettys;
    }
}
