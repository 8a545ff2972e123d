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
        this(channel, ConfigOptions.SERVER);
    }

    IoUringServerChannelConfig(AbstractIoUringServerChannel channel,
                               Map<ChannelOption<?>, ConfigOption<?>> options) {
        super(channel, options, new ServerChannelRecvByteBufAllocator());
    }

    @Override
    public int getReceiveBufferSize() {
        return get(ConfigOptions.RECEIVE_BUFFER);
    }

    @Override
    public IoUringServerChannelConfig setReceiveBufferSize(int receiveBufferSize) {
        set(ConfigOptions.RECEIVE_BUFFER, receiveBufferSize);
        return this;
    }

    @Override
    public boolean isReuseAddress() {
        return get(ConfigOptions.REUSE_ADDRESS);
    }

    @Override
    public IoUringServerChannelConfig setReuseAddress(boolean reuseAddress) {
        set(ConfigOptions.REUSE_ADDRESS, reuseAddress);
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
