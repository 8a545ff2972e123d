/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DuplexChannelConfig;

import java.util.Map;

/** The options that all stream channels have. */
public class IoUringStreamChannelConfig extends IoUringChannelConfig implements DuplexChannelConfig {
    private volatile boolean allowHalfClosure;

    IoUringStreamChannelConfig(AbstractIoUringStreamChannel channel,
                               Map<ChannelOption<?>, ConfigOption<?>> options) {
        super(channel, options, new AdaptiveRecvByteBufAllocator());
    }

    @Override
    public boolean isAllowHalfClosure() {
        return allowHalfClosure;
    }

    @Override
    public IoUringStreamChannelConfig setAllowHalfClosure(boolean allowHalfClosure) {
        this.allowHalfClosure = allowHalfClosure;
        return this;
    }

    @Override
    <T> IoUringChannelConfig set(ConfigOption<T> option, T value) {
        super.set(option, value);
        if (option == ConfigOptions.SEND_BUFFER) {
            ((AbstractIoUringStreamChannel) channel()).io.maxGatheredBytes = 0;
        }
        return this;
    }

    @Override
    public IoUringStreamChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis) {
        return (IoUringStreamChannelConfig) super.setConnectTimeoutMillis(connectTimeoutMillis);
    }

    @Override
    @Deprecated
    public IoUringStreamChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
        return (IoUringStreamChannelConfig) super.setMaxMessagesPerRead(maxMessagesPerRead);
    }

    @Override
    public IoUringStreamChannelConfig setMaxMessagesPerWrite(int maxMessagesPerWrite) {
        return (IoUringStreamChannelConfig) super.setMaxMessagesPerWrite(maxMessagesPerWrite);
    }

    @Override
    public IoUringStreamChannelConfig setWriteSpinCount(int writeSpinCount) {
        return (IoUringStreamChannelConfig) super.setWriteSpinCount(writeSpinCount);
    }

    @Override
    public IoUringStreamChannelConfig setAllocator(ByteBufAllocator allocator) {
        return (IoUringStreamChannelConfig) super.setAllocator(allocator);
    }

    @Override
    public IoUringStreamChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        return (IoUringStreamChannelConfig) super.setRecvByteBufAllocator(allocator);
    }

    @Override
    public IoUringStreamChannelConfig setAutoRead(boolean autoRead) {
        return (IoUringStreamChannelConfig) super.setAutoRead(autoRead);
    }

    @Override
    public IoUringStreamChannelConfig setAutoClose(boolean autoClose) {
        return (IoUringStreamChannelConfig) super.setAutoClose(autoClose);
    }

    @Override
    @Deprecated
    public IoUringStreamChannelConfig setWriteBufferHighWaterMark(int writeBufferHighWaterMark) {
        return (IoUringStreamChannelConfig) super.setWriteBufferHighWaterMark(writeBufferHighWaterMark);
    }

    @Override
    @Deprecated
    public IoUringStreamChannelConfig setWriteBufferLowWaterMark(int writeBufferLowWaterMark) {
        return (IoUringStreamChannelConfig) super.setWriteBufferLowWaterMark(writeBufferLowWaterMark);
    }

    @Override
    public IoUringStreamChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark writeBufferWaterMark) {
        return (IoUringStreamChannelConfig) super.setWriteBufferWaterMark(writeBufferWaterMark);
    }

    @Override
    public IoUringStreamChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        return (IoUringStreamChannelConfig) super.setMessageSizeEstimator(estimator);
    }
}
