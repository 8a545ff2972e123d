/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ServerSocketChannelConfig;
import io.netty.util.NetUtil;
import io.netty.util.internal.ObjectUtil;

import java.util.Map;

/**
 * The options that all channels have that accept connections; all that those of {@link IoUringServerDomainSocketChannel}
 * and {@link IoUringServerVSockChannel} have. A {@link ServerSocketChannelConfig} for all of them, as in Netty.
 */
public class IoUringServerChannelConfig extends IoUringChannelConfig implements ServerSocketChannelConfig {
    private volatile int backlog = NetUtil.SOMAXCONN;
    private volatile int pendingFastOpens;

    IoUringServerChannelConfig(AbstractIoUringServerChannel channel) {
        this(channel, SocketOptions.SERVER);
    }

    IoUringServerChannelConfig(AbstractIoUringServerChannel channel,
                               Map<ChannelOption<?>, SocketOption<?>> socketOptions) {
        super(channel, socketOptions, new ServerChannelRecvByteBufAllocator());
    }

    @Override
    public int getReceiveBufferSize() {
        return get(SocketOptions.RECEIVE_BUFFER);
    }

    @Override
    public IoUringServerChannelConfig setReceiveBufferSize(int receiveBufferSize) {
        set(SocketOptions.RECEIVE_BUFFER, receiveBufferSize);
        return this;
    }

    @Override
    public boolean isReuseAddress() {
        return get(SocketOptions.REUSE_ADDRESS);
    }

    @Override
    public IoUringServerChannelConfig setReuseAddress(boolean reuseAddress) {
        set(SocketOptions.REUSE_ADDRESS, reuseAddress);
        return this;
    }

    /**
     * {@code TCP_FASTOPEN}: how many connections that wait for their handshake may have sent data; 0 if none may. Only
     * TCP has a use for it.
     */
    public int getTcpFastopen() {
        return pendingFastOpens;
    }

    /** @see #getTcpFastopen() */
    public IoUringServerChannelConfig setTcpFastopen(int pendingFastOpens) {
        this.pendingFastOpens = ObjectUtil.checkPositiveOrZero(pendingFastOpens, "pendingFastOpens");
        return this;
    }

    @Override
    public int getBacklog() {
        return backlog;
    }

    @Override
    public IoUringServerChannelConfig setBacklog(int backlog) {
        this.backlog = ObjectUtil.checkPositiveOrZero(backlog, "backlog");
        return this;
    }

    @Override
    public IoUringServerChannelConfig setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        return this;
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(super.getOptions(), ChannelOption.SO_BACKLOG, ChannelOption.TCP_FASTOPEN);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T getOption(ChannelOption<T> option) {
        if (option == ChannelOption.SO_BACKLOG) {
            return (T) Integer.valueOf(backlog);
        }
        if (option == ChannelOption.TCP_FASTOPEN) {
            return (T) Integer.valueOf(pendingFastOpens);
        }
        return super.getOption(option);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        if (option == ChannelOption.SO_BACKLOG) {
            validate(option, value);
            setBacklog((Integer) value);
        } else if (option == ChannelOption.TCP_FASTOPEN) {
            validate(option, value);
            setTcpFastopen((Integer) value);
        } else {
            return super.setOption(option, value);
        }
        return true;
    }

    @Override
    public IoUringServerChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis) {
        super.setConnectTimeoutMillis(connectTimeoutMillis);
        return this;
    }

    @Override
    @Deprecated
    public IoUringServerChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
        super.setMaxMessagesPerRead(maxMessagesPerRead);
        return this;
    }

    @Override
    public IoUringServerChannelConfig setMaxMessagesPerWrite(int maxMessagesPerWrite) {
        super.setMaxMessagesPerWrite(maxMessagesPerWrite);
        return this;
    }

    @Override
    public IoUringServerChannelConfig setWriteSpinCount(int writeSpinCount) {
        super.setWriteSpinCount(writeSpinCount);
        return this;
    }

    @Override
    public IoUringServerChannelConfig setAllocator(ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    @Override
    public IoUringServerChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public IoUringServerChannelConfig setAutoRead(boolean autoRead) {
        super.setAutoRead(autoRead);
        return this;
    }

    @Override
    public IoUringServerChannelConfig setAutoClose(boolean autoClose) {
        super.setAutoClose(autoClose);
        return this;
    }

    @Override
    @Deprecated
    public IoUringServerChannelConfig setWriteBufferHighWaterMark(int writeBufferHighWaterMark) {
        super.setWriteBufferHighWaterMark(writeBufferHighWaterMark);
        return this;
    }

    @Override
    @Deprecated
    public IoUringServerChannelConfig setWriteBufferLowWaterMark(int writeBufferLowWaterMark) {
        super.setWriteBufferLowWaterMark(writeBufferLowWaterMark);
        return this;
    }

    @Override
    public IoUringServerChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark writeBufferWaterMark) {
        super.setWriteBufferWaterMark(writeBufferWaterMark);
        return this;
    }

    @Override
    public IoUringServerChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }
}
