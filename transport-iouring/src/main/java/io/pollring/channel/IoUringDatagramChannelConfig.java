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
import io.netty.channel.socket.DatagramChannelConfig;
import io.netty.util.internal.ObjectUtil;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Map;

/** The options of {@link IoUringDatagramChannel}. */
public final class IoUringDatagramChannelConfig extends AbstractIoUringDatagramChannelConfig
        implements DatagramChannelConfig {
    private volatile int maxDatagramPayloadSize;
    private volatile boolean udpGro;

    IoUringDatagramChannelConfig(IoUringDatagramChannel channel) {
        super(channel, DatagramSocketOptions.UDP);
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(super.getOptions(), EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, EpollChannelOption.UDP_GRO);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T getOption(ChannelOption<T> option) {
        if (option == EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE) {
            return (T) Integer.valueOf(maxDatagramPayloadSize);
        }
        if (option == EpollChannelOption.UDP_GRO) {
            return (T) Boolean.valueOf(udpGro);
        }
        return super.getOption(option);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        if (option == EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE) {
            validate(option, value);
            setMaxDatagramPayloadSize((Integer) value);
            return true;
        }
        if (option == EpollChannelOption.UDP_GRO) {
            validate(option, value);
            setUdpGro((Boolean) value);
            return true;
        }
        return super.setOption(option, value);
    }

    /** See {@link #setMaxDatagramPayloadSize(int)}. */
    public int getMaxDatagramPayloadSize() {
        return maxDatagramPayloadSize;
    }

    /**
     * Makes a read take as many datagrams as there are parts of this size in the buffer that the allocator gives, with
     * one system call. Longer datagrams are cut off.
     *
     * @param bytes 0, which is the default, for one datagram a read
     */
    public IoUringDatagramChannelConfig setMaxDatagramPayloadSize(int bytes) {
        maxDatagramPayloadSize = ObjectUtil.checkPositiveOrZero(bytes, "maxDatagramPayloadSize");
        return this;
    }

    /** What was set last: kernels before 5.13 do not tell. */
    public boolean isUdpGro() {
        return udpGro;
    }

    /** Lets the kernel join datagrams. They are taken apart again before a handler sees them. */
    public IoUringDatagramChannelConfig setUdpGro(boolean udpGro) {
        set(DatagramSocketOptions.JOINED_DATAGRAMS, udpGro);
        this.udpGro = udpGro;
        return this;
    }

    @Override
    public int getSendBufferSize() {
        return get(SocketOptions.SEND_BUFFER);
    }

    @Override
    public IoUringDatagramChannelConfig setSendBufferSize(int sendBufferSize) {
        set(SocketOptions.SEND_BUFFER, sendBufferSize);
        return this;
    }

    @Override
    public int getReceiveBufferSize() {
        return get(SocketOptions.RECEIVE_BUFFER);
    }

    @Override
    public IoUringDatagramChannelConfig setReceiveBufferSize(int receiveBufferSize) {
        set(SocketOptions.RECEIVE_BUFFER, receiveBufferSize);
        return this;
    }

    @Override
    public int getTrafficClass() {
        return get(SocketOptions.TRAFFIC_CLASS);
    }

    @Override
    public IoUringDatagramChannelConfig setTrafficClass(int trafficClass) {
        set(SocketOptions.TRAFFIC_CLASS, trafficClass);
        return this;
    }

    @Override
    public boolean isReuseAddress() {
        return get(SocketOptions.REUSE_ADDRESS);
    }

    @Override
    public IoUringDatagramChannelConfig setReuseAddress(boolean reuseAddress) {
        set(SocketOptions.REUSE_ADDRESS, reuseAddress);
        return this;
    }

    /** {@code SO_REUSEPORT}. */
    public boolean isReusePort() {
        return get(SocketOptions.REUSE_PORT);
    }

    public IoUringDatagramChannelConfig setReusePort(boolean reusePort) {
        set(SocketOptions.REUSE_PORT, reusePort);
        return this;
    }

    /** {@code IP_FREEBIND}. */
    public boolean isFreeBind() {
        return get(SocketOptions.FREE_BIND);
    }

    public IoUringDatagramChannelConfig setFreeBind(boolean freeBind) {
        set(SocketOptions.FREE_BIND, freeBind);
        return this;
    }

    /** {@code IP_TRANSPARENT}. */
    public boolean isIpTransparent() {
        return get(SocketOptions.TRANSPARENT);
    }

    public IoUringDatagramChannelConfig setIpTransparent(boolean ipTransparent) {
        set(SocketOptions.TRANSPARENT, ipTransparent);
        return this;
    }

    /** {@code IP_RECVORIGDSTADDR}. */
    public boolean isIpRecvOrigDestAddr() {
        return get(DatagramSocketOptions.ORIGINAL_RECIPIENT);
    }

    public IoUringDatagramChannelConfig setIpRecvOrigDestAddr(boolean ipRecvOrigDestAddr) {
        set(DatagramSocketOptions.ORIGINAL_RECIPIENT, ipRecvOrigDestAddr);
        return this;
    }

    @Override
    public boolean isBroadcast() {
        return get(DatagramSocketOptions.BROADCAST);
    }

    @Override
    public IoUringDatagramChannelConfig setBroadcast(boolean broadcast) {
        set(DatagramSocketOptions.BROADCAST, broadcast);
        return this;
    }

    @Override
    public boolean isLoopbackModeDisabled() {
        return get(DatagramSocketOptions.LOOPBACK_MODE_DISABLED);
    }

    @Override
    public IoUringDatagramChannelConfig setLoopbackModeDisabled(boolean loopbackModeDisabled) {
        set(DatagramSocketOptions.LOOPBACK_MODE_DISABLED, loopbackModeDisabled);
        return this;
    }

    /** {@code IP_MULTICAST_ALL}. */
    public boolean isIpMulticastAll() {
        return get(DatagramSocketOptions.MULTICAST_ALL);
    }

    public IoUringDatagramChannelConfig setIpMulticastAll(boolean ipMulticastAll) {
        set(DatagramSocketOptions.MULTICAST_ALL, ipMulticastAll);
        return this;
    }

    /** How many hops datagrams to a group may make. Those to a single host are another option's, {@code IP_TTL}. */
    @Override
    public int getTimeToLive() {
        return get(DatagramSocketOptions.TIME_TO_LIVE);
    }

    @Override
    public IoUringDatagramChannelConfig setTimeToLive(int timeToLive) {
        set(DatagramSocketOptions.TIME_TO_LIVE, timeToLive);
        return this;
    }

    @Override
    public InetAddress getInterface() {
        return get(DatagramSocketOptions.INTERFACE);
    }

    @Override
    public IoUringDatagramChannelConfig setInterface(InetAddress interfaceAddress) {
        set(DatagramSocketOptions.INTERFACE, interfaceAddress);
        return this;
    }

    @Override
    public NetworkInterface getNetworkInterface() {
        return get(DatagramSocketOptions.NETWORK_INTERFACE);
    }

    @Override
    public IoUringDatagramChannelConfig setNetworkInterface(NetworkInterface networkInterface) {
        set(DatagramSocketOptions.NETWORK_INTERFACE, networkInterface);
        return this;
    }

    @Override
    public IoUringDatagramChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis) {
        super.setConnectTimeoutMillis(connectTimeoutMillis);
        return this;
    }

    @Override
    @Deprecated
    public IoUringDatagramChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
        super.setMaxMessagesPerRead(maxMessagesPerRead);
        return this;
    }

    @Override
    public IoUringDatagramChannelConfig setMaxMessagesPerWrite(int maxMessagesPerWrite) {
        super.setMaxMessagesPerWrite(maxMessagesPerWrite);
        return this;
    }

    @Override
    public IoUringDatagramChannelConfig setWriteSpinCount(int writeSpinCount) {
        super.setWriteSpinCount(writeSpinCount);
        return this;
    }

    @Override
    public IoUringDatagramChannelConfig setAllocator(ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    @Override
    public IoUringDatagramChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public IoUringDatagramChannelConfig setAutoRead(boolean autoRead) {
        super.setAutoRead(autoRead);
        return this;
    }

    @Override
    public IoUringDatagramChannelConfig setAutoClose(boolean autoClose) {
        super.setAutoClose(autoClose);
        return this;
    }

    @Override
    @Deprecated
    public IoUringDatagramChannelConfig setWriteBufferHighWaterMark(int writeBufferHighWaterMark) {
        super.setWriteBufferHighWaterMark(writeBufferHighWaterMark);
        return this;
    }

    @Override
    @Deprecated
    public IoUringDatagramChannelConfig setWriteBufferLowWaterMark(int writeBufferLowWaterMark) {
        super.setWriteBufferLowWaterMark(writeBufferLowWaterMark);
        return this;
    }

    @Override
    public IoUringDatagramChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark writeBufferWaterMark) {
        super.setWriteBufferWaterMark(writeBufferWaterMark);
        return this;
    }

    @Override
    public IoUringDatagramChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }
}
