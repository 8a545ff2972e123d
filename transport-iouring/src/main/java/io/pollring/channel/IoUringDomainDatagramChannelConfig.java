/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.unix.DomainDatagramChannelConfig;

/** The options of {@link IoUringDomainDatagramChannel}. */
public final class IoUringDomainDatagramChannelConfig extends AbstractIoUringDatagramChannelConfig
        implements DomainDatagramChannelConfig {

    IoUringDomainDatagramChannelConfig(IoUringDomainDatagramChannel channel) {
        super(channel, DatagramOptions.ALL);
    }

    @Override
    public int getSendBufferSize() {
        return get(ConfigOptions.SEND_BUFFER);
    }

    @Override
    public IoUringDomainDatagramChannelConfig setSendBufferSize(int sendBufferSize) {
        return (IoUringDomainDatagramChannelConfig) set(ConfigOptions.SEND_BUFFER, sendBufferSize);
    }

    /** {@code SO_RCVBUF}. */
    public int getReceiveBufferSize() {
        return get(ConfigOptions.RECEIVE_BUFFER);
    }

    public IoUringDomainDatagramChannelConfig setReceiveBufferSize(int receiveBufferSize) {
        return (IoUringDomainDatagramChannelConfig) set(ConfigOptions.RECEIVE_BUFFER, receiveBufferSize);
    }

    @Override
    public IoUringDomainDatagramChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis) {
        return (IoUringDomainDatagramChannelConfig) super.setConnectTimeoutMillis(connectTimeoutMillis);
    }

    @Override
    @Deprecated
    public IoUringDomainDatagramChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
        return (IoUringDomainDatagramChannelConfig) super.setMaxMessagesPerRead(maxMessagesPerRead);
    }

    @Override
    public IoUringDomainDatagramChannelConfig setMaxMessagesPerWrite(int maxMessagesPerWrite) {
        return (IoUringDomainDatagramChannelConfig) super.setMaxMessagesPerWrite(maxMessagesPerWrite);
    }

    @Override
    public IoUringDomainDatagramChannelConfig setWriteSpinCount(int writeSpinCount) {
        return (IoUringDomainDatagramChannelConfig) super.setWriteSpinCount(writeSpinCount);
    }

    @Override
    public IoUringDomainDatagramChannelConfig setAllocator(ByteBufAllocator allocator) {
        return (IoUringDomainDatagramChannelConfig) super.setAllocator(allocator);
    }

    @Override
    public IoUringDomainDatagramChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        return (IoUringDomainDatagramChannelConfig) super.setRecvByteBufAllocator(allocator);
    }

    @Override
    public IoUringDomainDatagramChannelConfig setAutoRead(boolean autoRead) {
        return (IoUringDomainDatagramChannelConfig) super.setAutoRead(autoRead);
    }

    @Override
    public IoUringDomainDatagramChannelConfig setAutoClose(boolean autoClose) {
        return (IoUringDomainDatagramChannelConfig) super.setAutoClose(autoClose);
    }

    @Override
    @Deprecated
    public IoUringDomainDatagramChannelConfig setWriteBufferHighWaterMark(int writeBufferHighWaterMark) {
        return (IoUringDomainDatagramChannelConfig) super.setWriteBufferHighWaterMark(writeBufferHighWaterMark);
    }

    @Override
    @Deprecated
    public IoUringDomainDatagramChannelConfig setWriteBufferLowWaterMark(int writeBufferLowWaterMark) {
        return (IoUringDomainDatagramChannelConfig) super.setWriteBufferLowWaterMark(writeBufferLowWaterMark);
    }

    @Override
    public IoUringDomainDatagramChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark writeBufferWaterMark) {
        return (IoUringDomainDatagramChannelConfig) super.setWriteBufferWaterMark(writeBufferWaterMark);
    }

    @Override
    public IoUringDomainDatagramChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        return (IoUringDomainDatagramChannelConfig) super.setMessageSizeEstimator(estimator);
    }
}
