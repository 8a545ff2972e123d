/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollMode;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannelOption;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Collections;
import java.util.Map;

import static io.pollring.channel.ConfigOption.flag;
import static io.pollring.channel.ConfigOption.number;
import static io.pollring.channel.ConfigOption.of;
import static io.pollring.channel.ConfigOption.own;
import static io.pollring.channel.ConfigOption.table;
import static io.pollring.ring.SocketAbi.SOL_IP;
import static io.pollring.ring.SocketAbi.SOL_SOCKET;

/**
 * The options of each kind of channel that Netty's own config does not have. The constants are those that Netty's epoll
 * transport uses, so a bootstrap that was written for it needs no change; the numbers are the kernel's, the same on all
 * architectures that are supported.
 */
final class ConfigOptions {
    static final int SOL_TCP = 6;

    static final int SO_ACCEPTCONN = 30;
    private static final int SO_BUSY_POLL = 46;

    private static final int TCP_CORK = 3;
    private static final int TCP_KEEPIDLE = 4;
    private static final int TCP_KEEPINTVL = 5;
    private static final int TCP_KEEPCNT = 6;
    private static final int TCP_DEFER_ACCEPT = 9;
    static final int TCP_INFO = 11;
    private static final int TCP_QUICKACK = 12;
    static final int TCP_MD5SIG = 14;
    private static final int TCP_USER_TIMEOUT = 18;
    static final int TCP_FASTOPEN = 23;
    private static final int TCP_NOTSENT_LOWAT = 25;

    private static final int IP_FREEBIND = 15;
    private static final int IP_TRANSPARENT = 19;
    private static final int IP_BIND_ADDRESS_NO_PORT = 24;

    private static final long MAX_UINT32 = 0xFFFFFFFFL;

    static final ConfigOption<Integer> RECEIVE_BUFFER =
            of(ChannelOption.SO_RCVBUF, Socket::getReceiveBufferSize, Socket::setReceiveBufferSize);
    static final ConfigOption<Integer> SEND_BUFFER =
            of(ChannelOption.SO_SNDBUF, Socket::getSendBufferSize, Socket::setSendBufferSize);
    static final ConfigOption<Boolean> REUSE_ADDRESS =
            of(ChannelOption.SO_REUSEADDR, Socket::isReuseAddress, Socket::setReuseAddress);
    static final ConfigOption<Boolean> REUSE_PORT =
            of(UnixChannelOption.SO_REUSEPORT, Socket::isReusePort, Socket::setReusePort);
    static final ConfigOption<Integer> TRAFFIC_CLASS =
            of(ChannelOption.IP_TOS, Socket::getTrafficClass, Socket::setTrafficClass);
    static final ConfigOption<Boolean> FREE_BIND = flag(EpollChannelOption.IP_FREEBIND, SOL_IP, IP_FREEBIND);
    static final ConfigOption<Boolean> TRANSPARENT = flag(EpollChannelOption.IP_TRANSPARENT, SOL_IP, IP_TRANSPARENT);
    static final ConfigOption<Boolean> NO_DELAY =
            of(ChannelOption.TCP_NODELAY, Socket::isTcpNoDelay, Socket::setTcpNoDelay);
    static final ConfigOption<Boolean> KEEP_ALIVE =
            of(ChannelOption.SO_KEEPALIVE, Socket::isKeepAlive, Socket::setKeepAlive);
    static final ConfigOption<Integer> LINGER = of(ChannelOption.SO_LINGER, Socket::getSoLinger, Socket::setSoLinger);
    static final ConfigOption<Boolean> CORK = flag(EpollChannelOption.TCP_CORK, SOL_TCP, TCP_CORK);
    static final ConfigOption<Long> NOT_SENT_LOW_WATER_MARK =
            of(EpollChannelOption.TCP_NOTSENT_LOWAT,
                    socket -> socket.getIntOpt(SOL_TCP, TCP_NOTSENT_LOWAT) & MAX_UINT32,
                    ConfigOptions::setNotSentLowWaterMark);
    static final ConfigOption<Integer> KEEP_IDLE = number(EpollChannelOption.TCP_KEEPIDLE, SOL_TCP, TCP_KEEPIDLE);
    static final ConfigOption<Integer> KEEP_INTERVAL = number(EpollChannelOption.TCP_KEEPINTVL, SOL_TCP, TCP_KEEPINTVL);
    static final ConfigOption<Integer> KEEP_COUNT = number(EpollChannelOption.TCP_KEEPCNT, SOL_TCP, TCP_KEEPCNT);
    static final ConfigOption<Integer> USER_TIMEOUT =
            number(EpollChannelOption.TCP_USER_TIMEOUT, SOL_TCP, TCP_USER_TIMEOUT);
    static final ConfigOption<Boolean> QUICK_ACK = flag(EpollChannelOption.TCP_QUICKACK, SOL_TCP, TCP_QUICKACK);
    static final ConfigOption<Boolean> BIND_ADDRESS_NO_PORT =
            flag(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, SOL_IP, IP_BIND_ADDRESS_NO_PORT);
    static final ConfigOption<Integer> BUSY_POLL = number(EpollChannelOption.SO_BUSY_POLL, SOL_SOCKET, SO_BUSY_POLL);
    static final ConfigOption<Integer> DEFER_ACCEPT =
            number(EpollChannelOption.TCP_DEFER_ACCEPT, SOL_TCP, TCP_DEFER_ACCEPT);

    // Linux does not tell the keys.
    static final ConfigOption<Map<InetAddress, byte[]>> SIGNATURE_KEYS =
            own(EpollChannelOption.TCP_MD5SIG, config -> null, IoUringSocketChannelConfig::writeTcpMd5Sig);
    static final ConfigOption<Map<InetAddress, byte[]>> SERVER_SIGNATURE_KEYS =
            own(EpollChannelOption.TCP_MD5SIG, config -> null, IoUringServerSocketChannelConfig::writeTcpMd5Sig);

    /** Options of every channel. Netty's epoll transport takes a mode, and goes on level-triggered. So do we. */
    @SuppressWarnings("deprecation") // a bootstrap for epoll may ask for it
    static final Map<ChannelOption<?>, ConfigOption<?>> ALL = table(Collections.emptyMap(), RECEIVE_BUFFER, SEND_BUFFER,
            own(EpollChannelOption.EPOLL_MODE, config -> EpollMode.LEVEL_TRIGGERED, (config, mode) -> { }));

    /** Options of every stream. */
    static final Map<ChannelOption<?>, ConfigOption<?>> STREAM = table(ALL, own(ChannelOption.ALLOW_HALF_CLOSURE,
            IoUringStreamChannelConfig::isAllowHalfClosure, IoUringStreamChannelConfig::setAllowHalfClosure));

    /** Options of {@link IoUringDomainSocketChannel}. */
    static final Map<ChannelOption<?>, ConfigOption<?>> UNIX =
            table(STREAM, own(UnixChannelOption.DOMAIN_SOCKET_READ_MODE,
                    IoUringDomainSocketChannelConfig::getReadMode, IoUringDomainSocketChannelConfig::setReadMode));

    /** Options of {@link IoUringSocketChannel}. */
    static final Map<ChannelOption<?>, ConfigOption<?>> TCP = table(STREAM,
            NO_DELAY, KEEP_ALIVE, REUSE_ADDRESS, REUSE_PORT, LINGER, TRAFFIC_CLASS, CORK, NOT_SENT_LOW_WATER_MARK,
            KEEP_IDLE, KEEP_INTERVAL, KEEP_COUNT, USER_TIMEOUT, QUICK_ACK, BIND_ADDRESS_NO_PORT, FREE_BIND, TRANSPARENT,
            BUSY_POLL, SIGNATURE_KEYS, own(ChannelOption.TCP_FASTOPEN_CONNECT,
                    IoUringSocketChannelConfig::isTcpFastOpenConnect,
                    IoUringSocketChannelConfig::setTcpFastOpenConnect));

    /** Options of every socket that listens. */
    static final Map<ChannelOption<?>, ConfigOption<?>> SERVER = table(ALL, REUSE_ADDRESS,
            own(ChannelOption.SO_BACKLOG,
                    IoUringServerChannelConfig::getBacklog, IoUringServerChannelConfig::setBacklog),
            own(ChannelOption.TCP_FASTOPEN,
                    IoUringServerChannelConfig::getTcpFastopen, IoUringServerChannelConfig::setTcpFastopen));

    /** Options of {@link IoUringServerSocketChannel}. */
    static final Map<ChannelOption<?>, ConfigOption<?>> TCP_SERVER = table(SERVER,
            REUSE_PORT, FREE_BIND, TRANSPARENT, DEFER_ACCEPT, SERVER_SIGNATURE_KEYS);

    private ConfigOptions() { }

    private static void setNotSentLowWaterMark(Socket socket, long value) throws IOException {
        if (value < 0 || value > MAX_UINT32) {
            throw new IllegalArgumentException("tcpNotSentLowAt must be a uint32_t");
        }
        socket.setIntOpt(SOL_TCP, TCP_NOTSENT_LOWAT, (int) value);
    }
}
