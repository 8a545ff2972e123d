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

import java.io.IOException;
import java.net.InetAddress;
import java.util.Map;

/** The options of an {@link IoUringServerSocketChannel}. */
public final class IoUringServerSocketChannelConfig extends IoUringServerChannelConfig {
    IoUringServerSocketChannelConfig(IoUringServerSocketChannel channel) {
        super(channel, ConfigOptions.TCP_SERVER);
        // A restarted server must be able to bind its port while old connections linger in TIME_WAIT.
        setReuseAddress(true);
    }

    @Override
    public IoUringServerSocketChannelConfig setReceiveBufferSize(int receiveBufferSize) {
        super.setReceiveBufferSize(receiveBufferSize);
        return this;
    }

    @Override
    public IoUringServerSocketChannelConfig setReuseAddress(boolean reuseAddress) {
        super.setReuseAddress(reuseAddress);
        return this;
    }

    /** {@code SO_REUSEPORT}. */
    public boolean isReusePort() {
        return get(ConfigOptions.REUSE_PORT);
    }

    /** {@code SO_REUSEPORT}. */
    public IoUringServerSocketChannelConfig setReusePort(boolean reusePort) {
        set(ConfigOptions.REUSE_PORT, reusePort);
        return this;
    }

    /** {@code IP_FREEBIND}: whether addresses that this machine does not have can be bound. */
    public boolean isFreeBind() {
        return get(ConfigOptions.FREE_BIND);
    }

    /** {@code IP_FREEBIND}: whether addresses that this machine does not have can be bound. */
    public IoUringServerSocketChannelConfig setFreeBind(boolean freeBind) {
        set(ConfigOptions.FREE_BIND, freeBind);
        return this;
    }

    /** {@code IP_TRANSPARENT}; needs CAP_NET_ADMIN. */
    public boolean isIpTransparent() {
        return get(ConfigOptions.TRANSPARENT);
    }

    /** {@code IP_TRANSPARENT}; needs CAP_NET_ADMIN. */
    public IoUringServerSocketChannelConfig setIpTransparent(boolean transparent) {
        set(ConfigOptions.TRANSPARENT, transparent);
        return this;
    }

    /** {@code TCP_DEFER_ACCEPT}, in seconds; the kernel rounds it to what its retransmissions give. */
    public int getTcpDeferAccept() {
        return get(ConfigOptions.DEFER_ACCEPT);
    }

    /** {@code TCP_DEFER_ACCEPT}, in seconds; the kernel rounds it to what its retransmissions give. */
    public IoUringServerSocketChannelConfig setTcpDeferAccept(int seconds) {
        set(ConfigOptions.DEFER_ACCEPT, seconds);
        return this;
    }

    @Override
    public IoUringServerSocketChannelConfig setBacklog(int backlog) {
        super.setBacklog(backlog);
        return this;
    }

    @Override
    public IoUringServerSocketChannelConfig setTcpFastopen(int pendingFastOpens) {
        super.setTcpFastopen(pendingFastOpens);
        return this;
    }

    void writeTcpMd5Sig(Map<InetAddress, byte[]> keys) throws IOException {
        ((IoUringServerSocketChannel) channel()).md5Keys.set(keys);
    }

    /**
     * {@code TCP_MD5SIG}: the peers that segments are signed for, with their keys of 1..80 bytes. Replaces those before.
     *
     * @throws IllegalArgumentException if an address is null or a key has another length
     */
    public IoUringServerSocketChannelConfig setTcpMd5Sig(Map<InetAddress, byte[]> keys) {
        set(ConfigOptions.SERVER_SIGNATURE_KEYS, keys);
        return this;
    }

    @Override
    public IoUringServerSocketChannelConfig setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        return this;
    }

    @Override
    public IoUringServerSocketChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis) {
        super.setConnectTimeoutMillis(connectTimeoutMillis);
        return this;
    }

    @Override
    @Deprecated
    public IoUringServerSocketChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
        super.setMaxMessagesPerRead(maxMessagesPerRead);
        return this;
    }

    @Override
    public IoUringServerSocketChannelConfig setMaxMessagesPerWrite(int maxMessagesPerWrite) {
        super.setMaxMessagesPerWrite(maxMessagesPerWrite);
        return this;
    }

    @Override
    public IoUringServerSocketChannelConfig setWriteSpinCount(int writeSpinCount) {
        super.setWriteSpinCount(writeSpinCount);
        return this;
    }

    @Override
    public IoUringServerSocketChannelConfig setAllocator(ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    @Override
    public IoUringServerSocketChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public IoUringServerSocketChannelConfig setAutoRead(boolean autoRead) {
        super.setAutoRead(autoRead);
        return this;
    }

    @Override
    public IoUringServerSocketChannelConfig setAutoClose(boolean autoClose) {
        super.setAutoClose(autoClose);
        return this;
    }

    @Override
    @Deprecated
    public IoUringServerSocketChannelConfig setWriteBufferHighWaterMark(int writeBufferHighWaterMark) {
        super.setWriteBufferHighWaterMark(writeBufferHighWaterMark);
        return this;
    }

    @Override
    @Deprecated
    public IoUringServerSocketChannelConfig setWriteBufferLowWaterMark(int writeBufferLowWaterMark) {
        super.setWriteBufferLowWaterMark(writeBufferLowWaterMark);
        return this;
    }

    @Override
    public IoUringServerSocketChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark writeBufferWaterMark) {
        super.setWriteBufferWaterMark(writeBufferWaterMark);
        return this;
    }

    @Override
    public IoUringServerSocketChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }
}
