/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Opens the socket, on some port of the loopback interface, that a service is to be had on. */
final class Listener {
    private static final int BACKLOG = 4096;
    /**
     * Room for the datagrams of some thousand sockets, if the kernel grants it ({@code net.core.rmem_max}). What does
     * not fit is lost, and a lost datagram ends the measurement.
     */
    private static final int DATAGRAM_RECEIVE_BUFFER = 4 * 1024 * 1024;

    private Listener() {
    }

    static Channel open(EventLoopGroup group, Transport transport, Service service) throws Exception {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        ChannelInitializer<Channel> initializer = new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                service.init(channel.pipeline());
            }
        };
        if (service.isDatagram()) {
            return new Bootstrap()
                    .group(group)
                    .channel(transport.datagramChannel())
                    .option(ChannelOption.SO_RCVBUF, DATAGRAM_RECEIVE_BUFFER)
                    .handler(initializer)
                    .bind(address).sync().channel();
        }
        return new ServerBootstrap()
                .group(group)
                .channel(transport.serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.AUTO_READ, service.autoRead())
                .childHandler(initializer)
                .bind(address).sync().channel();
    }
}
