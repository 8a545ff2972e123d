/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.agent.carried;

import io.netty.channel.SelectStrategyFactory;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.agent.Transport;
import io.pollring.channel.IoUringDatagramChannel;
import io.pollring.channel.IoUringDomainDatagramChannel;
import io.pollring.channel.IoUringDomainSocketChannel;
import io.pollring.channel.IoUringIoHandler;
import io.pollring.channel.IoUringServerDomainSocketChannel;
import io.pollring.channel.IoUringServerSocketChannel;
import io.pollring.channel.IoUringSocketChannel;

import java.util.Collections;
import java.util.Iterator;
import java.util.Map;

/** Speaks with Netty and Pollring; defined once for each class loader that has Netty. */
public final class CarriedTransport implements Transport {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance("io.pollring.agent");
    private static final Map<Class<?>, Class<?>> OWN_CHANNELS = Map.of(
            EpollSocketChannel.class, IoUringSocketChannel.class,
            EpollServerSocketChannel.class, IoUringServerSocketChannel.class,
            EpollDatagramChannel.class, IoUringDatagramChannel.class,
            EpollDomainSocketChannel.class, IoUringDomainSocketChannel.class,
            EpollServerDomainSocketChannel.class, IoUringServerDomainSocketChannel.class,
            EpollDomainDatagramChannel.class, IoUringDomainDatagramChannel.class);

    /** @throws UnsatisfiedLinkError if Pollring cannot run on this Netty */
    public CarriedTransport() {
        IoUringIoHandler.newFactory();
    }

    @Override
    public Object newFactory(int maxEvents, Object selectStrategyFactory) {
        return IoUringIoHandler.newFactory(maxEvents, (SelectStrategyFactory) selectStrategyFactory);
    }

    @Override
    public boolean isOurs(Object handler) {
        return handler instanceof IoUringIoHandler;
    }

    @Override
    public int channelCount(Object handler) {
        return isOurs(handler) ? ((IoUringIoHandler) handler).channelCount() : -1;
    }

    @Override
    public Iterator<?> channels(Object handler) {
        return isOurs(handler)
                ? Collections.unmodifiableList(((IoUringIoHandler) handler).registeredChannels()).iterator() : null;
    }

    @Override
    public Class<?> ownChannel(Class<?> channelClass) {
        return OWN_CHANNELS.getOrDefault(channelClass, channelClass);
    }

    @Override
    public void logUse(String text) {
        logger.info(text);
    }
}
