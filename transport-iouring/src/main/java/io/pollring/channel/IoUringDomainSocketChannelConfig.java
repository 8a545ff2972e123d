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
import io.netty.channel.unix.DomainSocketChannelConfig;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.util.internal.ObjectUtil;


/** The options of an {@link IoUringDomainSocketChannel}. */
public final class IoUringDomainSocketChannelConfig extends IoUringStreamChannelConfig implements DomainSocketChannelConfig {
    private volatile DomainSocketReadMode readMode = DomainSocketReadMode.BYTES;

    IoUringDomainSocketChannelConfig(IoUringDomainSocketChannel channel) {
        super(channel, ConfigOptions.UNIX);
    }

    /** {@code SO_RCVBUF}, in bytes. */
    public int getReceiveBufferSize() {
        return get(ConfigOptions.RECEIVE_BUFFER);
    }

    /** {@code SO_RCVBUF}, in bytes. */
    public IoUringDomainSocketChannelConfig setReceiveBufferSize(int receiveBufferSize) {
        return (IoUringDomainSocketChannelConfig) set(ConfigOptions.RECEIVE_BUFFER, receiveBufferSize);
    }

    /** {@code SO_SNDBUF}, in bytes. */
    public int getSendBufferSize() {
        return get(ConfigOptions.SEND_BUFFER);
    }

    /** {@code SO_SNDBUF}, in bytes. */
    public IoUringDomainSocketChannelConfig setSendBufferSize(int sendBufferSize) {
        return (IoUringDomainSocketChannelConfig) set(ConfigOptions.SEND_BUFFER, sendBufferSize);
    }

    @Override
    public DomainSocketReadMode getReadMode() {
        return readMode;
    }

    /**
     * {@inheritDoc} At once if called in the channel's loop, otherwise when the loop has heard of it: what comes until
     * then may be read in the mode before.
     */
    @Override
    public IoUringDomainSocketChannelConfig setReadMode(DomainSocketReadMode mode) {
        readMode = ObjectUtil.checkNotNull(mode, "mode");
        ((IoUringDomainSocketChannel) channel()).readModeChanged();
        return this;
    }

    @Override
    public IoUringDomainSocketChannelConfig setAllowHalfClosure(boolean allowHalfClosure) {
        return (IoUringDomainSocketChannelConfig) super.setAllowHalfClosure(allowHalfClosure);
    }

    @Override
    public IoUringDomainSocketChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis) {
        return (IoUringDomainSocketChannelConfig) super.setConnectTimeoutMillis(connectTimeoutMillis);
    }

    @Override
    @Deprecated
    public IoUringDomainSocketChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
        return (IoUringDomainSocketChannelConfig) super.setMaxMessagesPerRead(maxMessagesPerRead);
    }

    @Override
    public IoUringDomainSocketChannelConfig setMaxMessagesPerWrite(int maxMessagesPerWrite) {
        return (IoUringDomainSocketChannelConfig) super.setMaxMessagesPerWrite(maxMessagesPerWrite);
    }

    @Override
    public IoUringDomainSocketChannelConfig setWriteSpinCount(int writeSpinCount) {
        return (IoUringDomainSocketChannelConfig) super.setWriteSpinCount(writeSpinCount);
    }

    @Override
    public IoUringDomainSocketChannelConfig setAllocator(ByteBufAllocator allocator) {
        return (IoUringDomainSocketChannelConfig) super.setAllocator(allocator);
    }

    @Override
    public IoUringDomainSocketChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        return (IoUringDomainSocketChannelConfig) super.setRecvByteBufAllocator(allocator);
    }

    @Override
    public IoUringDomainSocketChannelConfig setAutoRead(boolean autoRead) {
        return (IoUringDomainSocketChannelConfig) super.setAutoRead(autoRead);
    }

    @Override
    public IoUringDomainSocketChannelConfig setAutoClose(boolean autoClose) {
        return (IoUringDomainSocketChannelConfig) super.setAutoClose(autoClose);
    }

    @Override
    @Deprecated
    public IoUringDomainSocketChannelConfig setWriteBufferHighWaterMark(int writeBufferHighWaterMark) {
        return (IoUringDomainSocketChannelConfig) super.setWriteBufferHighWaterMark(writeBufferHighWaterMark);
    }

    @Override
    @Deprecated
    public IoUringDomainSocketChannelConfig setWriteBufferLowWaterMark(int writeBufferLowWaterMark) {
        return (IoUringDomainSocketChannelConfig) super.setWriteBufferLowWaterMark(writeBufferLowWaterMark);
    }

    @Override
    public IoUringDomainSocketChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark writeBufferWaterMark) {
        return (IoUringDomainSocketChannelConfig) super.setWriteBufferWaterMark(writeBufferWaterMark);
    }

    @Override
    public IoUringDomainSocketChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        return (IoUringDomainSocketChannelConfig) super.setMessageSizeEstimator(estimator);
    }
}
