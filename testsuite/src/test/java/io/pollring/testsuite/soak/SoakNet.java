/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.util.concurrent.Future;
import io.pollring.channel.IoUringDatagramChannel;
import io.pollring.channel.IoUringDomainSocketChannel;
import io.pollring.channel.IoUringServerDomainSocketChannel;
import io.pollring.channel.IoUringServerSocketChannel;
import io.pollring.channel.IoUringSocketChannel;
import io.pollring.testsuite.harness.Network;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Listeners for each kind of stream, hosted and of our own, and the making of connections. */
final class SoakNet {
    /** Two whose use can be told exactly, and Netty's default. */
    static final List<ByteBufAllocator> ALLOCATORS = List.of(PooledByteBufAllocator.DEFAULT,
            UnpooledByteBufAllocator.DEFAULT, ByteBufAllocator.DEFAULT);
    private static final int BACKLOG = 1024;

    private final SoakWorld world;
    private final SoakGroups groups;
    private final SoakTls tls;
    private final Map<Link, List<Channel>> listeners = new EnumMap<>(Link.class);

    SoakNet(SoakWorld world, SoakGroups groups, SoakTls tls, String name) throws InterruptedException {
        this.world = world;
        this.groups = groups;
        this.tls = tls;
        for (Link link : Link.values()) {
            List<Channel> both = new ArrayList<>();
            for (int own = 0; own < (link == Link.UDP ? 0 : 2); own++) {
                both.add(listen(link, own == 1, name));
            }
            listeners.put(link, both);
        }
    }

    private Channel listen(Link link, boolean own, String name) throws InterruptedException {
        ServerBootstrap server = new ServerBootstrap().group(groups.main)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.ALLOCATOR, ALLOCATORS.get((link.ordinal() + (own ? 1 : 0)) % 3))
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, link.isHalfClosable())
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (link == Link.TLS) {
                            channel.pipeline().addLast(tls.server(channel));
                        }
                        channel.pipeline().addLast(new Hello(world));
                    }
                });
        if (link == Link.DESCRIPTORS) {
            server.childOption(EpollChannelOption.DOMAIN_SOCKET_READ_MODE, DomainSocketReadMode.FILE_DESCRIPTORS);
        }
        if (link.isInet()) {
            return server.channel(own ? IoUringServerSocketChannel.class : EpollServerSocketChannel.class)
                    .bind(Network.anyPort()).sync().channel();
        }
        return server.channel(own ? IoUringServerDomainSocketChannel.class : EpollServerDomainSocketChannel.class)
                .bind(new DomainSocketAddress("\0pollring-soak-" + ProcessHandle.current().pid() + name + link + own))
                .sync().channel();
    }

    /** Begins to make it. */
    void open(SoakConnection connection, Random random) {
        world.add(connection);
        world.counts.made.increment();
        EventLoopGroup group = connection.isScaling ? groups.scaling : groups.main;
        boolean own = random.nextBoolean();
        Bootstrap client = new Bootstrap().group(group)
                .option(ChannelOption.ALLOCATOR, ALLOCATORS.get(random.nextInt(3)));
        if (random.nextInt(4) == 0) {
            client.option(ChannelOption.SO_SNDBUF, 8192 << random.nextInt(4));
        }
        if (connection.link == Link.UDP) {
            openDatagrams(connection, client, own, random.nextBoolean());
            return;
        }
        client.option(ChannelOption.ALLOW_HALF_CLOSURE, connection.link.isHalfClosable());
        if (connection.link.isInet()) {
            client.channel(own ? IoUringSocketChannel.class : EpollSocketChannel.class);
        } else {
            client.channel(own ? IoUringDomainSocketChannel.class : EpollDomainSocketChannel.class);
        }
        if (connection.link == Link.DESCRIPTORS) {
            client.option(EpollChannelOption.DOMAIN_SOCKET_READ_MODE, DomainSocketReadMode.FILE_DESCRIPTORS);
        }
        client.handler(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                if (connection.link == Link.TLS) {
                    channel.pipeline().addLast(tls.client(channel));
                }
                channel.pipeline().addLast(connection.client);
            }
        });
        Channel listener = listeners.get(connection.link).get(random.nextInt(2));
        connection.listener = listener;
        client.connect(listener.localAddress()).addListener(future -> check(connection, future));
    }

    private static void check(SoakConnection connection, Future<?> made) {
        if (!made.isSuccess() && !connection.brokenByFault(made.cause())) {
            connection.violated(connection.client, "cannot be made: " + made.cause());
            connection.abandon();
        }
    }

    private void openDatagrams(SoakConnection connection, Bootstrap one, boolean own, boolean otherOwn) {
        Bootstrap other = one.clone(groups.main);
        one.channel(own ? IoUringDatagramChannel.class : EpollDatagramChannel.class).handler(connection.client);
        other.channel(otherOwn ? IoUringDatagramChannel.class : EpollDatagramChannel.class).handler(connection.server);
        InetSocketAddress any = Network.anyPort();
        one.bind(any).addListener(bound -> {
            check(connection, bound);
            other.bind(any).addListener(otherBound -> {
                check(connection, otherBound);
                connect(connection, connection.client);
                connect(connection, connection.server);
            });
        });
    }

    private static void connect(SoakConnection connection, SoakEnd end) {
        end.channel.connect(end.other().channel.localAddress()).addListener(connected -> {
            check(connection, connected);
            end.ready = connected.isSuccess();
        });
    }

    void close() throws InterruptedException {
        for (List<Channel> both : listeners.values()) {
            for (Channel listener : both) {
                listener.close().sync();
            }
        }
    }
}
