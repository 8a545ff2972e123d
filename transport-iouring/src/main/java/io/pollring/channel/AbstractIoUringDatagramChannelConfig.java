/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;

import java.util.Map;

/** The options that channels of datagrams share, whatever their addresses are. */
public abstract class AbstractIoUringDatagramChannelConfig extends IoUringChannelConfig {
    private static final int DATAGRAM_BYTES = 2048;

    private volatile boolean activeOnRegistration;

    AbstractIoUringDatagramChannelConfig(AbstractIoUringDatagramChannel channel,
                                         Map<ChannelOption<?>, SocketOption<?>> socketOptions) {
        super(channel, socketOptions, new FixedRecvByteBufAllocator(DATAGRAM_BYTES));
    }

    final boolean isActiveOnRegistration() {
        return activeOnRegistration;
    }

    @Override
    @SuppressWarnings("deprecation") // a bootstrap for epoll may ask for it
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(super.getOptions(), ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION);
    }

    @Override
    @SuppressWarnings({ "unchecked", "deprecation" })
    public <T> T getOption(ChannelOption<T> option) {
        if (option == ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION) {
            return (T) Boolean.valueOf(activeOnRegistration);
        }
        return super.getOption(option);
    }

    @Override
    @SuppressWarnings("deprecation")
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        if (option != ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION) {
            return super.setOption(option, value);
        }
        validate(option, value);
        if (channel().isRegistered()) {
            throw new IllegalStateException("the channel is registered: too late to say when it gets active");
        }
        activeOnRegistration = (Boolean) value;
        return true;
    }
}
