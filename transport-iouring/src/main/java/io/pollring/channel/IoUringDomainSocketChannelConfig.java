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
        set(ConfigOptions.RECEIVE_BUFFER, receiveBufferSize);
        return this;
    }

    /** {@code SO_SNDBUF}, in bytes. */
    public int getSendBufferSize() {
        return get(ConfigOptions.SEND_BUFFER);
    }

    /** {@code SO_SNDBUF}, in bytes. */
    public IoUringDomainSocketChannelConfig setSendBufferSize(int sendBufferSize) {
        set(ConfigOptions.SEND_BUFFER, sendBufferSize);
        return this;
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
        super.setAllowHalfClosure(allowHalfClosure);
        return this;
    }

    @Override
    public IoUringDomainSocketChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis) {
        super.setConnectTimeoutMillis(connectTimeoutMillis);
        return this;
    }

    @Override
    @Deprecated
    public IoUringDomainSocketChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
        super.setMaxMessagesPerRead(maxMessagesPerRead);
        return this;
    }

    @Override
    public IoUringDomainSocketChannelConfig setMaxMessagesPerWrite(int maxMessagesPerWrite) {
        super.setMaxMessagesPerWrite(maxMessagesPerWrite);
        return this;
    }

    @Override
    public IoUringDomainSocketChannelConfig setWriteSpinCount(int writeSpinCount) {
        super.setWriteSpinCount(writeSpinCount);
        return this;
    }

    @Override
    public IoUringDomainSocketChannelConfig setAllocator(ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    @Override
    public IoUringDomainSocketChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public IoUringDomainSocketChannelConfig setAutoRead(boolean autoRead) {
        super.setAutoRead(autoRead);
        return this;
    }

    @Override
    public IoUringDomainSocketChannelConfig setAutoClose(boolean autoClose) {
        super.setAutoClose(autoClose);
        return this;
    }

    @Override
    @Deprecated
    public IoUringDomainSocketChannelConfig setWriteBufferHighWaterMark(int writeBufferHighWaterMark) {
        super.setWriteBufferHighWaterMark(writeBufferHighWaterMark);
        return this;
    }

    @Override
    @Deprecated
    public IoUringDomainSocketChannelConfig setWriteBufferLowWaterMark(int writeBufferLowWaterMark) {
        super.setWriteBufferLowWaterMark(writeBufferLowWaterMark);
        return this;
    }

    @Override
    public IoUringDomainSocketChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark writeBufferWaterMark) {
        super.setWriteBufferWaterMark(writeBufferWaterMark);
        return this;
    }

    @Override
    public IoUringDomainSocketChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }
}
