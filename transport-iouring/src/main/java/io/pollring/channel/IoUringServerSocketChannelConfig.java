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
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;

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
        return (IoUringServerSocketChannelConfig) super.setReceiveBufferSize(receiveBufferSize);
    }

    @Override
    public IoUringServerSocketChannelConfig setReuseAddress(boolean reuseAddress) {
        return (IoUringServerSocketChannelConfig) super.setReuseAddress(reuseAddress);
    }

    /** {@code SO_REUSEPORT}. */
    public boolean isReusePort() {
        return get(ConfigOptions.REUSE_PORT);
    }

    /** {@code SO_REUSEPORT}. */
    public IoUringServerSocketChannelConfig setReusePort(boolean reusePort) {
        return (IoUringServerSocketChannelConfig) set(ConfigOptions.REUSE_PORT, reusePort);
    }

    /** {@code IP_FREEBIND}: whether addresses that this machine does not have can be bound. */
    public boolean isFreeBind() {
        return get(ConfigOptions.FREE_BIND);
    }

    /** {@code IP_FREEBIND}: whether addresses that this machine does not have can be bound. */
    public IoUringServerSocketChannelConfig setFreeBind(boolean freeBind) {
        return (IoUringServerSocketChannelConfig) set(ConfigOptions.FREE_BIND, freeBind);
    }

    /** {@code IP_TRANSPARENT}; needs CAP_NET_ADMIN. */
    public boolean isIpTransparent() {
        return get(ConfigOptions.TRANSPARENT);
    }

    /** {@code IP_TRANSPARENT}; needs CAP_NET_ADMIN. */
    public IoUringServerSocketChannelConfig setIpTransparent(boolean transparent) {
        return (IoUringServerSocketChannelConfig) set(ConfigOptions.TRANSPARENT, transparent);
    }

    /** {@code TCP_DEFER_ACCEPT}, in seconds; the kernel rounds it to what its retransmissions give. */
    public int getTcpDeferAccept() {
        return get(ConfigOptions.DEFER_ACCEPT);
    }

    /** {@code TCP_DEFER_ACCEPT}, in seconds; the kernel rounds it to what its retransmissions give. */
    public IoUringServerSocketChannelConfig setTcpDeferAccept(int seconds) {
        return (IoUringServerSocketChannelConfig) set(ConfigOptions.DEFER_ACCEPT, seconds);
    }

    @Override
    public IoUringServerSocketChannelConfig setBacklog(int backlog) {
        return (IoUringServerSocketChannelConfig) super.setBacklog(backlog);
    }

    @Override
    public IoUringServerSocketChannelConfig setTcpFastopen(int pendingFastOpens) {
        return (IoUringServerSocketChannelConfig) super.setTcpFastopen(pendingFastOpens);
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
        return (IoUringServerSocketChannelConfig) set(ConfigOptions.SERVER_SIGNATURE_KEYS, keys);
    }

    /** As in Netty, without the keys: nobody can be told them. */
    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        Map<ChannelOption<?>, Object> options = super.getOptions();
        options.remove(EpollChannelOption.TCP_MD5SIG);
        return options;
    }

    @Override
    public IoUringServerSocketChannelConfig setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        return this;
    }

    @Override
    public IoUringServerSocketChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis) {
        return (IoUringServerSocketChannelConfig) super.setConnectTimeoutMillis(connectTimeoutMillis);
    }

    @Override
    @Deprecated
    public IoUringServerSocketChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
        return (IoUringServerSocketChannelConfig) super.setMaxMessagesPerRead(maxMessagesPerRead);
    }

    @Override
    public IoUringServerSocketChannelConfig setMaxMessagesPerWrite(int maxMessagesPerWrite) {
        return (IoUringServerSocketChannelConfig) super.setMaxMessagesPerWrite(maxMessagesPerWrite);
    }

    @Override
    public IoUringServerSocketChannelConfig setWriteSpinCount(int writeSpinCount) {
        return (IoUringServerSocketChannelConfig) super.setWriteSpinCount(writeSpinCount);
    }

    @Override
    public IoUringServerSocketChannelConfig setAllocator(ByteBufAllocator allocator) {
        return (IoUringServerSocketChannelConfig) super.setAllocator(allocator);
    }

    @Override
    public IoUringServerSocketChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        return (IoUringServerSocketChannelConfig) super.setRecvByteBufAllocator(allocator);
    }

    @Override
    public IoUringServerSocketChannelConfig setAutoRead(boolean autoRead) {
        return (IoUringServerSocketChannelConfig) super.setAutoRead(autoRead);
    }

    @Override
    public IoUringServerSocketChannelConfig setAutoClose(boolean autoClose) {
        return (IoUringServerSocketChannelConfig) super.setAutoClose(autoClose);
    }

    @Override
    @Deprecated
    public IoUringServerSocketChannelConfig setWriteBufferHighWaterMark(int writeBufferHighWaterMark) {
        return (IoUringServerSocketChannelConfig) super.setWriteBufferHighWaterMark(writeBufferHighWaterMark);
    }

    @Override
    @Deprecated
    public IoUringServerSocketChannelConfig setWriteBufferLowWaterMark(int writeBufferLowWaterMark) {
        return (IoUringServerSocketChannelConfig) super.setWriteBufferLowWaterMark(writeBufferLowWaterMark);
    }

    @Override
    public IoUringServerSocketChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark writeBufferWaterMark) {
        return (IoUringServerSocketChannelConfig) super.setWriteBufferWaterMark(writeBufferWaterMark);
    }

    @Override
    public IoUringServerSocketChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        return (IoUringServerSocketChannelConfig) super.setMessageSizeEstimator(estimator);
    }
}
