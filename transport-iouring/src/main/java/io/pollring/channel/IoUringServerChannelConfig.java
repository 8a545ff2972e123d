/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.util.NetUtil;
import io.netty.util.internal.ObjectUtil;

import java.util.Map;

/** The options of {@link IoUringServerDomainSocketChannel} and {@link IoUringServerVSockChannel}. */
public final class IoUringServerChannelConfig extends IoUringChannelConfig {
    private volatile int backlog = NetUtil.SOMAXCONN;

    IoUringServerChannelConfig(AbstractIoUringServerChannel channel) {
        super(channel, SocketOptions.BUFFERS, new ServerChannelRecvByteBufAllocator());
    }

    /** How many connections may wait to be accepted. */
    public int getBacklog() {
        return backlog;
    }

    /** @see #getBacklog() */
    public IoUringServerChannelConfig setBacklog(int backlog) {
        this.backlog = ObjectUtil.checkPositiveOrZero(backlog, "backlog");
        return this;
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(super.getOptions(), ChannelOption.SO_BACKLOG);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T getOption(ChannelOption<T> option) {
        return option == ChannelOption.SO_BACKLOG ? (T) Integer.valueOf(backlog) : super.getOption(option);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        if (option == ChannelOption.SO_BACKLOG) {
            validate(option, value);
            setBacklog((Integer) value);
            return true;
        }
        return super.setOption(option, value);
    }
}
