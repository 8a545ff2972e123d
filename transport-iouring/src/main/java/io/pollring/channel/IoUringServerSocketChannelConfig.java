/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.ServerSocketChannelConfig;
import io.netty.util.NetUtil;
import io.netty.util.internal.ObjectUtil;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Map;

/** The options of an {@link IoUringServerSocketChannel}. */
public final class IoUringServerSocketChannelConfig extends IoUringChannelConfig implements ServerSocketChannelConfig {
    private volatile int backlog = NetUtil.SOMAXCONN;
    private volatile int pendingFastOpens;

    IoUringServerSocketChannelConfig(IoUringServerSocketChannel channel) {
        super(channel, SocketOptions.TCP_SERVER, new ServerChannelRecvByteBufAllocator());
        // A restarted server must be able to bind its port while old connections linger in TIME_WAIT.
        setReuseAddress(true);
    }

    @Override
    public int getReceiveBufferSize() {
        return get(SocketOptions.RECEIVE_BUFFER);
    }

    @Override
    public IoUringServerSocketChannelConfig setReceiveBufferSize(int receiveBufferSize) {
        set(SocketOptions.RECEIVE_BUFFER, receiveBufferSize);
        return this;
    }

    @Override
    public boolean isReuseAddress() {
        return get(SocketOptions.REUSE_ADDRESS);
    }

    @Override
    public IoUringServerSocketChannelConfig setReuseAddress(boolean reuseAddress) {
        set(SocketOptions.REUSE_ADDRESS, reuseAddress);
        return this;
    }

    /** {@code SO_REUSEPORT}. */
    public boolean isReusePort() {
        return get(SocketOptions.REUSE_PORT);
    }

    /** {@code SO_REUSEPORT}. */
    public IoUringServerSocketChannelConfig setReusePort(boolean reusePort) {
        set(SocketOptions.REUSE_PORT, reusePort);
        return this;
    }

    /** {@code IP_FREEBIND}: whether addresses that this machine does not have can be bound. */
    public boolean isFreeBind() {
        return get(SocketOptions.FREE_BIND);
    }

    /** {@code IP_FREEBIND}: whether addresses that this machine does not have can be bound. */
    public IoUringServerSocketChannelConfig setFreeBind(boolean freeBind) {
        set(SocketOptions.FREE_BIND, freeBind);
        return this;
    }

    /** {@code IP_TRANSPARENT}; needs CAP_NET_ADMIN. */
    public boolean isIpTransparent() {
        return get(SocketOptions.TRANSPARENT);
    }

    /** {@code IP_TRANSPARENT}; needs CAP_NET_ADMIN. */
    public IoUringServerSocketChannelConfig setIpTransparent(boolean transparent) {
        set(SocketOptions.TRANSPARENT, transparent);
        return this;
    }

    /** {@code TCP_DEFER_ACCEPT}, in seconds; the kernel rounds it to what its retransmissions give. */
    public int getTcpDeferAccept() {
        return get(SocketOptions.DEFER_ACCEPT);
    }

    /** {@code TCP_DEFER_ACCEPT}, in seconds; the kernel rounds it to what its retransmissions give. */
    public IoUringServerSocketChannelConfig setTcpDeferAccept(int seconds) {
        set(SocketOptions.DEFER_ACCEPT, seconds);
        return this;
    }

    @Override
    public int getBacklog() {
        return backlog;
    }

    @Override
    public IoUringServerSocketChannelConfig setBacklog(int backlog) {
        this.backlog = ObjectUtil.checkPositiveOrZero(backlog, "backlog");
        return this;
    }

    /** {@code TCP_FASTOPEN}: how many connections that wait for their handshake may have sent data; 0 if none may. */
    public int getTcpFastopen() {
        return pendingFastOpens;
    }

    /** @see #getTcpFastopen() */
    public IoUringServerSocketChannelConfig setTcpFastopen(int pendingFastOpens) {
        this.pendingFastOpens = ObjectUtil.checkPositiveOrZero(pendingFastOpens, "pendingFastOpens");
        return this;
    }

    /**
     * {@code TCP_MD5SIG}: the peers that segments are signed for, with their keys of 1..80 bytes. Replaces those before.
     *
     * @throws IllegalArgumentException if an address is null or a key has another length
     */
    public IoUringServerSocketChannelConfig setTcpMd5Sig(Map<InetAddress, byte[]> keys) {
        try {
            ((IoUringServerSocketChannel) channel()).md5Keys.set(keys);
        } catch (IOException e) {
            throw new ChannelException(e);
        }
        return this;
    }

    @Override
    public IoUringServerSocketChannelConfig setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
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
    @SuppressWarnings("unchecked")
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        if (option == ChannelOption.SO_BACKLOG) {
            validate(option, value);
            setBacklog((Integer) value);
        } else if (option == ChannelOption.TCP_FASTOPEN) {
            validate(option, value);
            setTcpFastopen((Integer) value);
        } else if (option == EpollChannelOption.TCP_MD5SIG) {
            validate(option, value);
            setTcpMd5Sig((Map<InetAddress, byte[]>) value);
        } else {
            return super.setOption(option, value);
        }
        return true;
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
