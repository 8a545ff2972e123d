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
                                         Map<ChannelOption<?>, ConfigOption<?>> options) {
        super(channel, options, new FixedRecvByteBufAllocator(DATAGRAM_BYTES));
    }

    final boolean isActiveOnRegistration() {
        return activeOnRegistration;
    }

    final void setActiveOnRegistration(boolean activeOnRegistration) {
        if (channel().isRegistered()) {
            throw new IllegalStateException("the channel is registered: too late to say when it gets active");
        }
        this.activeOnRegistration = activeOnRegistration;
    }
}
