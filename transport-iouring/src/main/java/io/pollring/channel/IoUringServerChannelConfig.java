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
        return (IoUringServerChannelConfig) set(ConfigOptions.RECEIVE_BUFFER, receiveBufferSize);
    }

    @Override
    public boolean isReuseAddress() {
        return get(ConfigOptions.REUSE_ADDRESS);
    }

    @Override
    public IoUringServerChannelConfig setReuseAddress(boolean reuseAddress) {
        return (IoUringServerChannelConfig) set(ConfigOptions.REUSE_ADDRESS, reuseAddress);
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
        return (IoUringServerChannelConfig) super.setConnectTimeoutMillis(connectTimeoutMillis);
    }

    @Override
    @Deprecated
    public IoUringServerChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
        return (IoUringServerChannelConfig) super.setMaxMessagesPerRead(maxMessagesPerRead);
    }

    @Override
    public IoUringServerChannelConfig setMaxMessagesPerWrite(int maxMessagesPerWrite) {
        return (IoUringServerChannelConfig) super.setMaxMessagesPerWrite(maxMessagesPerWrite);
    }

    @Override
    public IoUringServerChannelConfig setWriteSpinCount(int writeSpinCount) {
        return (IoUringServerChannelConfig) super.setWriteSpinCount(writeSpinCount);
    }

    @Override
    public IoUringServerChannelConfig setAllocator(ByteBufAllocator allocator) {
        return (IoUringServerChannelConfig) super.setAllocator(allocator);
    }

    @Override
    public IoUringServerChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        return (IoUringServerChannelConfig) super.setRecvByteBufAllocator(allocator);
    }

    @Override
    public IoUringServerChannelConfig setAutoRead(boolean autoRead) {
        return (IoUringServerChannelConfig) super.setAutoRead(autoRead);
    }

    @Override
    public IoUringServerChannelConfig setAutoClose(boolean autoClose) {
        return (IoUringServerChannelConfig) super.setAutoClose(autoClose);
    }

    @Override
    @Deprecated
    public IoUringServerChannelConfig setWriteBufferHighWaterMark(int writeBufferHighWaterMark) {
        return (IoUringServerChannelConfig) super.setWriteBufferHighWaterMark(writeBufferHighWaterMark);
    }

    @Override
    @Deprecated
    public IoUringServerChannelConfig setWriteBufferLowWaterMark(int writeBufferLowWaterMark) {
        return (IoUringServerChannelConfig) super.setWriteBufferLowWaterMark(writeBufferLowWaterMark);
    }

    @Override
    public IoUringServerChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark writeBufferWaterMark) {
        return (IoUringServerChannelConfig) super.setWriteBufferWaterMark(writeBufferWaterMark);
    }

    @Override
    public IoUringServerChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        return (IoUringServerChannelConfig) super.setMessageSizeEstimator(estimator);
    }
}
