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
import io.netty.channel.socket.DatagramChannelConfig;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.util.internal.ObjectUtil;

import java.net.InetAddress;
import java.net.NetworkInterface;

/** The options of {@link IoUringDatagramChannel}. */
public final class IoUringDatagramChannelConfig extends AbstractIoUringDatagramChannelConfig
        implements DatagramChannelConfig {
    private volatile int maxDatagramPayloadSize;
    private volatile boolean udpGro;
    private final DatagramJoins joins;

    IoUringDatagramChannelConfig(IoUringDatagramChannel channel, DatagramJoins joins) {
        super(channel, DatagramOptions.UDP);
        this.joins = joins;
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        boolean known = super.setOption(option, value);
        if (option instanceof IntegerUnixChannelOption || option instanceof RawUnixChannelOption) {
            joins.socketChanged();
        }
        return known;
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
        set(DatagramOptions.JOINED_DATAGRAMS, udpGro);
        this.udpGro = udpGro;
        return this;
    }

    /** See {@link #setJoinDatagrams(boolean)}. */
    public boolean isJoinDatagrams() {
        return joins.isWanted();
    }

    /**
     * Sets whether packets of the same size that are flushed together, and follow each other to the same recipient, are
     * handed to the kernel as one, and made to packets again by it or by the network device (GSO); the last of these may be
     * shorter. It is on by default, and costs a fraction of the CPU time. Where the kernel refuses it, as it does for
     * packets that are larger than the route's MTU, they are sent one by one, and the handlers see no difference.
     *
     * <p>Packets so made do not forbid routers to cut them into fragments, as single ones do, unless the socket says so
     * ({@code IP_MTU_DISCOVER}). Nothing is joined while {@code UDP_CORK} or {@code UDP_SEGMENT} is set, if it was set as
     * an option of this channel or before the channel has sent.
     */
    public IoUringDatagramChannelConfig setJoinDatagrams(boolean joinDatagrams) {
        joins.setWanted(joinDatagrams);
        return this;
    }

    @Override
    public int getSendBufferSize() {
        return get(ConfigOptions.SEND_BUFFER);
    }

    @Override
    public IoUringDatagramChannelConfig setSendBufferSize(int sendBufferSize) {
        return (IoUringDatagramChannelConfig) set(ConfigOptions.SEND_BUFFER, sendBufferSize);
    }

    @Override
    public int getReceiveBufferSize() {
        return get(ConfigOptions.RECEIVE_BUFFER);
    }

    @Override
    public IoUringDatagramChannelConfig setReceiveBufferSize(int receiveBufferSize) {
        return (IoUringDatagramChannelConfig) set(ConfigOptions.RECEIVE_BUFFER, receiveBufferSize);
    }

    @Override
    public int getTrafficClass() {
        return get(ConfigOptions.TRAFFIC_CLASS);
    }

    @Override
    public IoUringDatagramChannelConfig setTrafficClass(int trafficClass) {
        return (IoUringDatagramChannelConfig) set(ConfigOptions.TRAFFIC_CLASS, trafficClass);
    }

    @Override
    public boolean isReuseAddress() {
        return get(ConfigOptions.REUSE_ADDRESS);
    }

    @Override
    public IoUringDatagramChannelConfig setReuseAddress(boolean reuseAddress) {
        return (IoUringDatagramChannelConfig) set(ConfigOptions.REUSE_ADDRESS, reuseAddress);
    }

    /** {@code SO_REUSEPORT}. */
    public boolean isReusePort() {
        return get(ConfigOptions.REUSE_PORT);
    }

    public IoUringDatagramChannelConfig setReusePort(boolean reusePort) {
        return (IoUringDatagramChannelConfig) set(ConfigOptions.REUSE_PORT, reusePort);
    }

    /** {@code IP_FREEBIND}. */
    public boolean isFreeBind() {
        return get(ConfigOptions.FREE_BIND);
    }

    public IoUringDatagramChannelConfig setFreeBind(boolean freeBind) {
        return (IoUringDatagramChannelConfig) set(ConfigOptions.FREE_BIND, freeBind);
    }

    /** {@code IP_TRANSPARENT}. */
    public boolean isIpTransparent() {
        return get(ConfigOptions.TRANSPARENT);
    }

    public IoUringDatagramChannelConfig setIpTransparent(boolean ipTransparent) {
        return (IoUringDatagramChannelConfig) set(ConfigOptions.TRANSPARENT, ipTransparent);
    }

    /** {@code IP_RECVORIGDSTADDR}. */
    public boolean isIpRecvOrigDestAddr() {
        return get(DatagramOptions.ORIGINAL_RECIPIENT);
    }

    public IoUringDatagramChannelConfig setIpRecvOrigDestAddr(boolean ipRecvOrigDestAddr) {
        return (IoUringDatagramChannelConfig) set(DatagramOptions.ORIGINAL_RECIPIENT, ipRecvOrigDestAddr);
    }

    @Override
    public boolean isBroadcast() {
        return get(DatagramOptions.BROADCAST);
    }

    @Override
    public IoUringDatagramChannelConfig setBroadcast(boolean broadcast) {
        return (IoUringDatagramChannelConfig) set(DatagramOptions.BROADCAST, broadcast);
    }

    @Override
    public boolean isLoopbackModeDisabled() {
        return get(DatagramOptions.LOOPBACK_MODE_DISABLED);
    }

    @Override
    public IoUringDatagramChannelConfig setLoopbackModeDisabled(boolean loopbackModeDisabled) {
        return (IoUringDatagramChannelConfig) set(DatagramOptions.LOOPBACK_MODE_DISABLED, loopbackModeDisabled);
    }

    /** {@code IP_MULTICAST_ALL}. */
    public boolean isIpMulticastAll() {
        return get(DatagramOptions.MULTICAST_ALL);
    }

    public IoUringDatagramChannelConfig setIpMulticastAll(boolean ipMulticastAll) {
        return (IoUringDatagramChannelConfig) set(DatagramOptions.MULTICAST_ALL, ipMulticastAll);
    }

    /** How many hops datagrams to a group may make. Those to a single host are another option's, {@code IP_TTL}. */
    @Override
    public int getTimeToLive() {
        return get(DatagramOptions.TIME_TO_LIVE);
    }

    @Override
    public IoUringDatagramChannelConfig setTimeToLive(int timeToLive) {
        return (IoUringDatagramChannelConfig) set(DatagramOptions.TIME_TO_LIVE, timeToLive);
    }

    @Override
    public InetAddress getInterface() {
        return get(DatagramOptions.INTERFACE);
    }

    @Override
    public IoUringDatagramChannelConfig setInterface(InetAddress interfaceAddress) {
        return (IoUringDatagramChannelConfig) set(DatagramOptions.INTERFACE, interfaceAddress);
    }

    @Override
    public NetworkInterface getNetworkInterface() {
        return get(DatagramOptions.NETWORK_INTERFACE);
    }

    @Override
    public IoUringDatagramChannelConfig setNetworkInterface(NetworkInterface networkInterface) {
        return (IoUringDatagramChannelConfig) set(DatagramOptions.NETWORK_INTERFACE, networkInterface);
    }

    @Override
    public IoUringDatagramChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis) {
        return (IoUringDatagramChannelConfig) super.setConnectTimeoutMillis(connectTimeoutMillis);
    }

    @Override
    @Deprecated
    public IoUringDatagramChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
        return (IoUringDatagramChannelConfig) super.setMaxMessagesPerRead(maxMessagesPerRead);
    }

    @Override
    public IoUringDatagramChannelConfig setMaxMessagesPerWrite(int maxMessagesPerWrite) {
        return (IoUringDatagramChannelConfig) super.setMaxMessagesPerWrite(maxMessagesPerWrite);
    }

    @Override
    public IoUringDatagramChannelConfig setWriteSpinCount(int writeSpinCount) {
        return (IoUringDatagramChannelConfig) super.setWriteSpinCount(writeSpinCount);
    }

    @Override
    public IoUringDatagramChannelConfig setAllocator(ByteBufAllocator allocator) {
        return (IoUringDatagramChannelConfig) super.setAllocator(allocator);
    }

    @Override
    public IoUringDatagramChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        return (IoUringDatagramChannelConfig) super.setRecvByteBufAllocator(allocator);
    }

    @Override
    public IoUringDatagramChannelConfig setAutoRead(boolean autoRead) {
        return (IoUringDatagramChannelConfig) super.setAutoRead(autoRead);
    }

    @Override
    public IoUringDatagramChannelConfig setAutoClose(boolean autoClose) {
        return (IoUringDatagramChannelConfig) super.setAutoClose(autoClose);
    }

    @Override
    @Deprecated
    public IoUringDatagramChannelConfig setWriteBufferHighWaterMark(int writeBufferHighWaterMark) {
        return (IoUringDatagramChannelConfig) super.setWriteBufferHighWaterMark(writeBufferHighWaterMark);
    }

    @Override
    @Deprecated
    public IoUringDatagramChannelConfig setWriteBufferLowWaterMark(int writeBufferLowWaterMark) {
        return (IoUringDatagramChannelConfig) super.setWriteBufferLowWaterMark(writeBufferLowWaterMark);
    }

    @Override
    public IoUringDatagramChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark writeBufferWaterMark) {
        return (IoUringDatagramChannelConfig) super.setWriteBufferWaterMark(writeBufferWaterMark);
    }

    @Override
    public IoUringDatagramChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        return (IoUringDatagramChannelConfig) super.setMessageSizeEstimator(estimator);
    }
}
