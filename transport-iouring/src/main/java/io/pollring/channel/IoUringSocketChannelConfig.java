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
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.util.internal.PlatformDependent;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Map;

/** The options of an {@link IoUringSocketChannel}. */
public final class IoUringSocketChannelConfig extends IoUringStreamChannelConfig implements SocketChannelConfig {
    private volatile boolean tcpFastOpenConnect;

    IoUringSocketChannelConfig(IoUringSocketChannel channel) {
        super(channel, ConfigOptions.TCP);
        if (PlatformDependent.canEnableTcpNoDelayByDefault()) {
            setTcpNoDelay(true);
        }
    }

    @Override
    public int getReceiveBufferSize() {
        return get(ConfigOptions.RECEIVE_BUFFER);
    }

    @Override
    public IoUringSocketChannelConfig setReceiveBufferSize(int receiveBufferSize) {
        return (IoUringSocketChannelConfig) set(ConfigOptions.RECEIVE_BUFFER, receiveBufferSize);
    }

    @Override
    public int getSendBufferSize() {
        return get(ConfigOptions.SEND_BUFFER);
    }

    @Override
    public IoUringSocketChannelConfig setSendBufferSize(int sendBufferSize) {
        return (IoUringSocketChannelConfig) set(ConfigOptions.SEND_BUFFER, sendBufferSize);
    }

    @Override
    public boolean isTcpNoDelay() {
        return get(ConfigOptions.NO_DELAY);
    }

    @Override
    public IoUringSocketChannelConfig setTcpNoDelay(boolean tcpNoDelay) {
        return (IoUringSocketChannelConfig) set(ConfigOptions.NO_DELAY, tcpNoDelay);
    }

    @Override
    public boolean isKeepAlive() {
        return get(ConfigOptions.KEEP_ALIVE);
    }

    @Override
    public IoUringSocketChannelConfig setKeepAlive(boolean keepAlive) {
        return (IoUringSocketChannelConfig) set(ConfigOptions.KEEP_ALIVE, keepAlive);
    }

    @Override
    public boolean isReuseAddress() {
        return get(ConfigOptions.REUSE_ADDRESS);
    }

    @Override
    public IoUringSocketChannelConfig setReuseAddress(boolean reuseAddress) {
        return (IoUringSocketChannelConfig) set(ConfigOptions.REUSE_ADDRESS, reuseAddress);
    }

    /** {@code SO_REUSEPORT}. */
    public boolean isReusePort() {
        return get(ConfigOptions.REUSE_PORT);
    }

    /** {@code SO_REUSEPORT}. */
    public IoUringSocketChannelConfig setReusePort(boolean reusePort) {
        return (IoUringSocketChannelConfig) set(ConfigOptions.REUSE_PORT, reusePort);
    }

    @Override
    public int getSoLinger() {
        return get(ConfigOptions.LINGER);
    }

    @Override
    public IoUringSocketChannelConfig setSoLinger(int soLinger) {
        return (IoUringSocketChannelConfig) set(ConfigOptions.LINGER, soLinger);
    }

    @Override
    public int getTrafficClass() {
        return get(ConfigOptions.TRAFFIC_CLASS);
    }

    @Override
    public IoUringSocketChannelConfig setTrafficClass(int trafficClass) {
        return (IoUringSocketChannelConfig) set(ConfigOptions.TRAFFIC_CLASS, trafficClass);
    }

    /** {@code TCP_CORK}: whether partial segments are held back. */
    public boolean isTcpCork() {
        return get(ConfigOptions.CORK);
    }

    /** {@code TCP_CORK}: whether partial segments are held back. */
    public IoUringSocketChannelConfig setTcpCork(boolean tcpCork) {
        return (IoUringSocketChannelConfig) set(ConfigOptions.CORK, tcpCork);
    }

    /** {@code TCP_NOTSENT_LOWAT}: the number of unsent bytes below which the socket is writable; 0..2^32-1. */
    public long getTcpNotSentLowAt() {
        return get(ConfigOptions.NOT_SENT_LOW_WATER_MARK);
    }

    /** {@code TCP_NOTSENT_LOWAT}: the number of unsent bytes below which the socket is writable; 0..2^32-1. */
    public IoUringSocketChannelConfig setTcpNotSentLowAt(long tcpNotSentLowAt) {
        return (IoUringSocketChannelConfig) set(ConfigOptions.NOT_SENT_LOW_WATER_MARK, tcpNotSentLowAt);
    }

    /** {@code TCP_KEEPIDLE}, in seconds. */
    public int getTcpKeepIdle() {
        return get(ConfigOptions.KEEP_IDLE);
    }

    /** {@code TCP_KEEPIDLE}, in seconds. */
    public IoUringSocketChannelConfig setTcpKeepIdle(int seconds) {
        return (IoUringSocketChannelConfig) set(ConfigOptions.KEEP_IDLE, seconds);
    }

    /** {@code TCP_KEEPINTVL}, in seconds. */
    public int getTcpKeepIntvl() {
        return get(ConfigOptions.KEEP_INTERVAL);
    }

    /** {@code TCP_KEEPINTVL}, in seconds. */
    public IoUringSocketChannelConfig setTcpKeepIntvl(int seconds) {
        return (IoUringSocketChannelConfig) set(ConfigOptions.KEEP_INTERVAL, seconds);
    }

    /** {@code TCP_KEEPCNT}, in probes. */
    public int getTcpKeepCnt() {
        return get(ConfigOptions.KEEP_COUNT);
    }

    /** {@code TCP_KEEPCNT}, in probes. */
    public IoUringSocketChannelConfig setTcpKeepCnt(int probes) {
        return (IoUringSocketChannelConfig) set(ConfigOptions.KEEP_COUNT, probes);
    }

    /** @deprecated what Netty's epoll transport has called {@link #setTcpKeepCnt(int)} first */
    @Deprecated
    public IoUringSocketChannelConfig setTcpKeepCntl(int probes) {
        return setTcpKeepCnt(probes);
    }

    /** {@code TCP_USER_TIMEOUT}, in milliseconds. */
    public int getTcpUserTimeout() {
        return get(ConfigOptions.USER_TIMEOUT);
    }

    /** {@code TCP_USER_TIMEOUT}, in milliseconds. */
    public IoUringSocketChannelConfig setTcpUserTimeout(int milliseconds) {
        return (IoUringSocketChannelConfig) set(ConfigOptions.USER_TIMEOUT, milliseconds);
    }

    /** {@code TCP_QUICKACK}. The kernel may leave this mode by itself. */
    public boolean isTcpQuickAck() {
        return get(ConfigOptions.QUICK_ACK);
    }

    /** {@code TCP_QUICKACK}. The kernel may leave this mode by itself. */
    public IoUringSocketChannelConfig setTcpQuickAck(boolean quickAck) {
        return (IoUringSocketChannelConfig) set(ConfigOptions.QUICK_ACK, quickAck);
    }

    /** {@code IP_BIND_ADDRESS_NO_PORT}. */
    public boolean isIpBindAddressNoPort() {
        return get(ConfigOptions.BIND_ADDRESS_NO_PORT);
    }

    /** {@code IP_BIND_ADDRESS_NO_PORT}. */
    public IoUringSocketChannelConfig setIpBindAddressNoPort(boolean noPort) {
        return (IoUringSocketChannelConfig) set(ConfigOptions.BIND_ADDRESS_NO_PORT, noPort);
    }

    /** {@code IP_FREEBIND}: whether addresses that this machine does not have can be bound. */
    public boolean isFreeBind() {
        return get(ConfigOptions.FREE_BIND);
    }

    /** {@code IP_FREEBIND}: whether addresses that this machine does not have can be bound. */
    public IoUringSocketChannelConfig setFreeBind(boolean freeBind) {
        return (IoUringSocketChannelConfig) set(ConfigOptions.FREE_BIND, freeBind);
    }

    /** {@code IP_TRANSPARENT}; needs CAP_NET_ADMIN. */
    public boolean isIpTransparent() {
        return get(ConfigOptions.TRANSPARENT);
    }

    /** {@code IP_TRANSPARENT}; needs CAP_NET_ADMIN. */
    public IoUringSocketChannelConfig setIpTransparent(boolean transparent) {
        return (IoUringSocketChannelConfig) set(ConfigOptions.TRANSPARENT, transparent);
    }

    /** {@code SO_BUSY_POLL}, in microseconds. */
    public int getSoBusyPoll() {
        return get(ConfigOptions.BUSY_POLL);
    }

    /** {@code SO_BUSY_POLL}, in microseconds. */
    public IoUringSocketChannelConfig setSoBusyPoll(int microseconds) {
        return (IoUringSocketChannelConfig) set(ConfigOptions.BUSY_POLL, microseconds);
    }

    void writeTcpMd5Sig(Map<InetAddress, byte[]> keys) throws IOException {
        ((IoUringSocketChannel) channel()).md5Keys().set(keys);
    }

    /**
     * {@code TCP_MD5SIG}: the peers that segments are signed for, with their keys of 1..80 bytes. Replaces those before.
     *
     * @throws IllegalArgumentException if an address is null or a key has another length
     */
    public IoUringSocketChannelConfig setTcpMd5Sig(Map<InetAddress, byte[]> keys) {
        return (IoUringSocketChannelConfig) set(ConfigOptions.SIGNATURE_KEYS, keys);
    }

    /** Whether data that is written before the connection is made goes with the SYN, where the kernel supports it. */
    public boolean isTcpFastOpenConnect() {
        return tcpFastOpenConnect;
    }

    /** @see #isTcpFastOpenConnect() */
    public IoUringSocketChannelConfig setTcpFastOpenConnect(boolean fastOpenConnect) {
        tcpFastOpenConnect = fastOpenConnect;
        return this;
    }

    @Override
    public IoUringSocketChannelConfig setAllowHalfClosure(boolean allowHalfClosure) {
        return (IoUringSocketChannelConfig) super.setAllowHalfClosure(allowHalfClosure);
    }

    @Override
    public IoUringSocketChannelConfig setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        return this;
    }

    @Override
    public IoUringSocketChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis) {
        return (IoUringSocketChannelConfig) super.setConnectTimeoutMillis(connectTimeoutMillis);
    }

    @Override
    @Deprecated
    public IoUringSocketChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
        return (IoUringSocketChannelConfig) super.setMaxMessagesPerRead(maxMessagesPerRead);
    }

    @Override
    public IoUringSocketChannelConfig setMaxMessagesPerWrite(int maxMessagesPerWrite) {
        return (IoUringSocketChannelConfig) super.setMaxMessagesPerWrite(maxMessagesPerWrite);
    }

    @Override
    public IoUringSocketChannelConfig setWriteSpinCount(int writeSpinCount) {
        return (IoUringSocketChannelConfig) super.setWriteSpinCount(writeSpinCount);
    }

    @Override
    public IoUringSocketChannelConfig setAllocator(ByteBufAllocator allocator) {
        return (IoUringSocketChannelConfig) super.setAllocator(allocator);
    }

    @Override
    public IoUringSocketChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        return (IoUringSocketChannelConfig) super.setRecvByteBufAllocator(allocator);
    }

    @Override
    public IoUringSocketChannelConfig setAutoRead(boolean autoRead) {
        return (IoUringSocketChannelConfig) super.setAutoRead(autoRead);
    }

    @Override
    public IoUringSocketChannelConfig setAutoClose(boolean autoClose) {
        return (IoUringSocketChannelConfig) super.setAutoClose(autoClose);
    }

    @Override
    @Deprecated
    public IoUringSocketChannelConfig setWriteBufferHighWaterMark(int writeBufferHighWaterMark) {
        return (IoUringSocketChannelConfig) super.setWriteBufferHighWaterMark(writeBufferHighWaterMark);
    }

    @Override
    @Deprecated
    public IoUringSocketChannelConfig setWriteBufferLowWaterMark(int writeBufferLowWaterMark) {
        return (IoUringSocketChannelConfig) super.setWriteBufferLowWaterMark(writeBufferLowWaterMark);
    }

    @Override
    public IoUringSocketChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark writeBufferWaterMark) {
        return (IoUringSocketChannelConfig) super.setWriteBufferWaterMark(writeBufferWaterMark);
    }

    @Override
    public IoUringSocketChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        return (IoUringSocketChannelConfig) super.setMessageSizeEstimator(estimator);
    }
}
