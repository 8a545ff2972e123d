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
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Map;

/** The socket that a service is to be had on: at some port of the loopback interface, or at a path. */
final class Listener implements AutoCloseable {
    private static final int BACKLOG = 4096;
    /**
     * Room for the datagrams of some thousand sockets, if the kernel grants it ({@code net.core.rmem_max}). What does
     * not fit is lost, and a lost datagram ends the measurement.
     */
    private static final int DATAGRAM_RECEIVE_BUFFER = 4 * 1024 * 1024;

    private final Channel channel;
    /** {@code null} when it has a port. */
    private final DomainSocket domainSocket;

    private Listener(Channel channel, DomainSocket domainSocket) {
        this.channel = channel;
        this.domainSocket = domainSocket;
    }

    static Listener open(EventLoopGroup group, Transport transport, Service service) throws Exception {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        if (service.isDatagram()) {
            return new Listener(datagrams(group, transport, service, address), null);
        }
        if (!service.isDomain()) {
            return new Listener(streams(group, transport, transport.serverChannel(), service, address), null);
        }
        DomainSocket socket = new DomainSocket();
        try {
            return new Listener(streams(group, transport, DomainSocket.serverChannel(transport), service,
                    socket.address(transport)), socket);
        } catch (Exception e) {
            socket.close();
            throw e;
        }
    }

    private static Channel datagrams(EventLoopGroup group, Transport transport, Service service, SocketAddress address)
            throws Exception {
        return new Bootstrap()
                .group(group)
                .channel(transport.datagramChannel())
                .option(ChannelOption.SO_RCVBUF, DATAGRAM_RECEIVE_BUFFER)
                .handler(initializer(service))
                .bind(address).sync().channel();
    }

    private static Channel streams(EventLoopGroup group, Transport transport, Class<? extends ServerChannel> type,
                                   Service service, SocketAddress address) throws InterruptedException {
        ServerBootstrap bootstrap = new ServerBootstrap();
        transport.configure(bootstrap);
        return bootstrap
                .group(group)
                .channel(type)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.AUTO_READ, service.autoRead())
                .childHandler(initializer(service))
                .bind(address).sync().channel();
    }

    private static ChannelInitializer<Channel> initializer(Service service) {
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                service.init(channel.pipeline());
            }
        };
    }

    EventLoop eventLoop() {
        return channel.eventLoop();
    }

    /** Its {@code port} or its {@code path}. */
    Map<String, Object> whereabouts() {
        return domainSocket == null ? Map.of("port", ((InetSocketAddress) channel.localAddress()).getPort())
                : Map.of("path", domainSocket.path());
    }

    @Override
    public void close() throws Exception {
        try {
            channel.close().sync();
        } finally {
            if (domainSocket != null) {
                domainSocket.close();
            }
        }
    }
}
