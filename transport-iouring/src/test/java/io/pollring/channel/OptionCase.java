/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.unix.UnixChannelOption;

import java.util.function.IntPredicate;

/** A socket option: two values to set it to, and what {@code getsockopt} must then answer. */
enum OptionCase {
    RCVBUF(ChannelOption.SO_RCVBUF, "ReceiveBufferSize", 1, 8, 20_000, 40_000, ConfigKind.values()) {
        @Override
        IntPredicate kernelValueOf(Object value) {
            // The kernel doubles it for its own records.
            return kernel -> kernel == 2 * (Integer) value;
        }
    },
    SNDBUF(ChannelOption.SO_SNDBUF, "SendBufferSize", 1, 7, 30_000, 50_000, ConfigKind.TCP, ConfigKind.UNIX,
            ConfigKind.UDP, ConfigKind.UNIX_DATAGRAM) {
        @Override
        IntPredicate kernelValueOf(Object value) {
            return kernel -> kernel == 2 * (Integer) value;
        }
    },
    REUSEADDR(ChannelOption.SO_REUSEADDR, "ReuseAddress", 1, 2, true, false, ConfigKind.TCP, ConfigKind.TCP_SERVER,
            ConfigKind.UNIX_SERVER, ConfigKind.UDP),
    REUSEPORT(UnixChannelOption.SO_REUSEPORT, "ReusePort", 1, 15, true, false, ConfigKind.TCP, ConfigKind.TCP_SERVER,
            ConfigKind.UDP),
    KEEPALIVE(ChannelOption.SO_KEEPALIVE, "KeepAlive", 1, 9, true, false, ConfigKind.TCP),
    BUSY_POLL(EpollChannelOption.SO_BUSY_POLL, "SoBusyPoll", 1, 46, 40, 0, ConfigKind.TCP),
    TOS(ChannelOption.IP_TOS, "TrafficClass", 0, 1, 0x10, 0x08, ConfigKind.TCP, ConfigKind.UDP),
    FREEBIND(EpollChannelOption.IP_FREEBIND, "FreeBind", 0, 15, true, false, ConfigKind.TCP, ConfigKind.TCP_SERVER,
            ConfigKind.UDP),
    TRANSPARENT(EpollChannelOption.IP_TRANSPARENT, "IpTransparent", 0, 19, true, false, ConfigKind.TCP,
            ConfigKind.TCP_SERVER, ConfigKind.UDP),
    BIND_ADDRESS_NO_PORT(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, "IpBindAddressNoPort", 0, 24, true, false,
            ConfigKind.TCP),
    NODELAY(ChannelOption.TCP_NODELAY, "TcpNoDelay", 6, 1, false, true, ConfigKind.TCP),
    CORK(EpollChannelOption.TCP_CORK, "TcpCork", 6, 3, true, false, ConfigKind.TCP),
    KEEPIDLE(EpollChannelOption.TCP_KEEPIDLE, "TcpKeepIdle", 6, 4, 61, 62, ConfigKind.TCP),
    KEEPINTVL(EpollChannelOption.TCP_KEEPINTVL, "TcpKeepIntvl", 6, 5, 63, 64, ConfigKind.TCP),
    KEEPCNT(EpollChannelOption.TCP_KEEPCNT, "TcpKeepCnt", 6, 6, 7, 8, ConfigKind.TCP),
    DEFER_ACCEPT(EpollChannelOption.TCP_DEFER_ACCEPT, "TcpDeferAccept", 6, 9, 3, 0, ConfigKind.TCP_SERVER),
    QUICKACK(EpollChannelOption.TCP_QUICKACK, "TcpQuickAck", 6, 12, true, false, ConfigKind.TCP),
    USER_TIMEOUT(EpollChannelOption.TCP_USER_TIMEOUT, "TcpUserTimeout", 6, 18, 5000, 0, ConfigKind.TCP),
    NOTSENT_LOWAT(EpollChannelOption.TCP_NOTSENT_LOWAT, "TcpNotSentLowAt", 6, 25, 17L, (1L << 32) - 2, ConfigKind.TCP);

    final ChannelOption<?> option;
    /** What getter and setter are called, without {@code get}, {@code is} and {@code set}. */
    final String property;
    final int level;
    final int name;
    final Object first;
    final Object second;
    private final ConfigKind[] kinds;

    OptionCase(ChannelOption<?> option, String property, int level, int name, Object first, Object second,
               ConfigKind... kinds) {
        this.option = option;
        this.property = property;
        this.level = level;
        this.name = name;
        this.first = first;
        this.second = second;
        this.kinds = kinds;
    }

    boolean isOf(ConfigKind kind) {
        for (ConfigKind candidate : kinds) {
            if (candidate == kind) {
                return true;
            }
        }
        return false;
    }

    Class<?> type() {
        return first instanceof Boolean ? boolean.class : first instanceof Long ? long.class : int.class;
    }

    /** Whether {@code value} comes back as it was set; not if the kernel doubles it. */
    boolean isExact() {
        return this != RCVBUF && this != SNDBUF;
    }

    IntPredicate kernelValueOf(Object value) {
        int expected = value instanceof Boolean ? (Boolean) value ? 1 : 0 : ((Number) value).intValue();
        return kernel -> kernel == expected;
    }
}
