/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUringAdaptiveBufferRingAllocator;
import io.netty.channel.uring.IoUringBufferRingConfig;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.pollring.channel.IoUring;
import io.pollring.channel.IoUringEventLoopGroup;
import io.pollring.channel.IoUringIoHandler;

import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;

/**
 * What a benchmark's server can run on. Every one of them but {@link #IO_URING_BUFRING} gets its default settings: this
 * measures what a user gets who changes nothing but the transport.
 */
enum Transport {
    /** Netty's own epoll channels, hosted on our loop. */
    POLLRING(IoUring::unavailabilityCause, IoUringIoHandler::newFactory, EpollServerSocketChannel.class,
            EpollDatagramChannel.class),
    /** Our own channels. */
    OWN(IoUring::unavailabilityCause, IoUringIoHandler::newFactory,
            io.pollring.channel.IoUringServerSocketChannel.class, io.pollring.channel.IoUringDatagramChannel.class),
    /** The channels of {@link #POLLRING} on Netty's epoll. */
    EPOLL(Epoll::unavailabilityCause, EpollIoHandler::newFactory, EpollServerSocketChannel.class,
            EpollDatagramChannel.class),
    /** Netty's official io_uring transport. */
    IO_URING(io.netty.channel.uring.IoUring::unavailabilityCause,
            io.netty.channel.uring.IoUringIoHandler::newFactory, IoUringServerSocketChannel.class,
            IoUringDatagramChannel.class),
    /**
     * The same with a ring of buffers for what is received, as its users configure one: they choose a number and a
     * size, and leave the rest to its defaults.
     */
    IO_URING_BUFRING(Transport::bufferRingUnavailabilityCause, Transport::newBufferRingFactory,
            IoUringServerSocketChannel.class, IoUringDatagramChannel.class) {
        @Override
        void configure(ServerBootstrap bootstrap) {
            bootstrap.childOption(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, BUFFER_GROUP);
        }
    },
    NIO(() -> null, NioIoHandler::newFactory, NioServerSocketChannel.class, NioDatagramChannel.class);

    private static final short BUFFER_GROUP = 0;
    private static final short BUFFERS = 1024;
    private static final int BUFFER_BATCH = 512;

    private final Supplier<Throwable> unavailabilityCause;
    private final Supplier<IoHandlerFactory> handlerFactory;
    private final Class<? extends ServerChannel> serverChannel;
    private final Class<? extends DatagramChannel> datagramChannel;

    Transport(Supplier<Throwable> unavailabilityCause, Supplier<IoHandlerFactory> handlerFactory,
              Class<? extends ServerChannel> serverChannel, Class<? extends DatagramChannel> datagramChannel) {
        this.unavailabilityCause = unavailabilityCause;
        this.handlerFactory = handlerFactory;
        this.serverChannel = serverChannel;
        this.datagramChannel = datagramChannel;
    }

    private static Throwable bufferRingUnavailabilityCause() {
        Throwable cause = io.netty.channel.uring.IoUring.unavailabilityCause();
        return cause != null || io.netty.channel.uring.IoUring.isRegisterBufferRingSupported() ? cause
                : new UnsupportedOperationException("the kernel has no rings of buffers");
    }

    private static IoHandlerFactory newBufferRingFactory() {
        return io.netty.channel.uring.IoUringIoHandler.newFactory(new IoUringIoHandlerConfig().setBufferRingConfig(
                IoUringBufferRingConfig.builder().bufferGroupId(BUFFER_GROUP).bufferRingSize(BUFFERS)
                        .batchSize(BUFFER_BATCH).allocator(new IoUringAdaptiveBufferRingAllocator()).build()));
    }

    /** Sets whatever it needs of a server of its, beyond what all servers have. */
    void configure(ServerBootstrap bootstrap) {
    }

    /** {@code null} when it can be used here. */
    Throwable unavailabilityCause() {
        return unavailabilityCause.get();
    }

    /** Whether it is our loop, whatever the channels on it. */
    boolean isOurs() {
        return this == POLLRING || this == OWN;
    }

    /** A group made as a user would make it. */
    MultiThreadIoEventLoopGroup newGroup(int loops, ThreadFactory threads) {
        return isOurs() ? new IoUringEventLoopGroup(loops, threads)
                : new MultiThreadIoEventLoopGroup(loops, threads, handlerFactory.get());
    }

    /** A group of one loop that counts its iterations. */
    IterationCountingGroup newCountingGroup(ThreadFactory threads) {
        return new IterationCountingGroup(threads, handlerFactory.get());
    }

    Class<? extends ServerChannel> serverChannel() {
        return serverChannel;
    }

    Class<? extends DatagramChannel> datagramChannel() {
        return datagramChannel;
    }
}
