/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.unix.Socket;
import io.pollring.ring.SocketAbi;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Map;

import static io.pollring.channel.ConfigOption.flag;
import static io.pollring.channel.ConfigOption.of;
import static io.pollring.channel.ConfigOption.own;
import static io.pollring.channel.ConfigOption.table;

/** The options of channels of datagrams that other channels do not have. */
final class DatagramOptions {
    static final ConfigOption<Boolean> BROADCAST =
            of(ChannelOption.SO_BROADCAST, Socket::isBroadcast, Socket::setBroadcast);
    static final ConfigOption<Boolean> LOOPBACK_MODE_DISABLED = of(ChannelOption.IP_MULTICAST_LOOP_DISABLED,
            socket -> get(socket, SocketAbi.IP_MULTICAST_LOOP, SocketAbi.IPV6_MULTICAST_LOOP) == 0,
            (socket, disabled) ->
                    set(socket, SocketAbi.IP_MULTICAST_LOOP, SocketAbi.IPV6_MULTICAST_LOOP, disabled ? 0 : 1));
    @SuppressWarnings("deprecation") // a bootstrap may ask for it
    static final ConfigOption<InetAddress> INTERFACE =
            of(ChannelOption.IP_MULTICAST_ADDR, Multicast::interfaceAddress, Multicast::setInterface);
    static final ConfigOption<NetworkInterface> NETWORK_INTERFACE =
            of(ChannelOption.IP_MULTICAST_IF, Multicast::networkInterface, Multicast::setInterface);
    static final ConfigOption<Integer> TIME_TO_LIVE = of(ChannelOption.IP_MULTICAST_TTL,
            socket -> get(socket, SocketAbi.IP_MULTICAST_TTL, SocketAbi.IPV6_MULTICAST_HOPS),
            (socket, hops) -> set(socket, SocketAbi.IP_MULTICAST_TTL, SocketAbi.IPV6_MULTICAST_HOPS, hops));
    /** By its name: Netty has the field since 4.2.8, and the option is the same for all who ask for its name. */
    static final ConfigOption<Boolean> MULTICAST_ALL = of(ChannelOption.<Boolean>valueOf("IP_MULTICAST_ALL"),
            socket -> get(socket, SocketAbi.IP_MULTICAST_ALL, SocketAbi.IPV6_MULTICAST_ALL) != 0,
            (socket, all) -> set(socket, SocketAbi.IP_MULTICAST_ALL, SocketAbi.IPV6_MULTICAST_ALL, all ? 1 : 0));
    static final ConfigOption<Boolean> ORIGINAL_RECIPIENT =
            flag(EpollChannelOption.IP_RECVORIGDSTADDR, SocketAbi.SOL_IP, SocketAbi.IP_RECVORIGDSTADDR);
    static final ConfigOption<Boolean> JOINED_DATAGRAMS =
            flag(EpollChannelOption.UDP_GRO, SocketAbi.SOL_UDP, SocketAbi.UDP_GRO);

    /** Options of every channel of datagrams. */
    @SuppressWarnings("deprecation") // a bootstrap may ask for it
    static final Map<ChannelOption<?>, ConfigOption<?>> ALL = table(ConfigOptions.ALL,
            own(ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION,
                    AbstractIoUringDatagramChannelConfig::isActiveOnRegistration,
                    AbstractIoUringDatagramChannelConfig::setActiveOnRegistration));

    /** Options of {@link IoUringDatagramChannel}. */
    static final Map<ChannelOption<?>, ConfigOption<?>> UDP = table(ALL,
            ConfigOptions.REUSE_ADDRESS, ConfigOptions.REUSE_PORT, ConfigOptions.TRAFFIC_CLASS,
            ConfigOptions.FREE_BIND, ConfigOptions.TRANSPARENT,
            BROADCAST, LOOPBACK_MODE_DISABLED, INTERFACE, NETWORK_INTERFACE, TIME_TO_LIVE, MULTICAST_ALL,
            ORIGINAL_RECIPIENT,
            own(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, IoUringDatagramChannelConfig::getMaxDatagramPayloadSize,
                    IoUringDatagramChannelConfig::setMaxDatagramPayloadSize),
            own(EpollChannelOption.UDP_GRO,
                    IoUringDatagramChannelConfig::isUdpGro, IoUringDatagramChannelConfig::setUdpGro));

    private DatagramOptions() { }

    /** An option that has a name for each family; its value is an {@code int}. */
    private static int get(Socket socket, int name, int name6) throws IOException {
        return Multicast.isIpv6(socket) ? socket.getIntOpt(SocketAbi.SOL_IPV6, name6)
                : socket.getIntOpt(SocketAbi.SOL_IP, name);
    }

    private static void set(Socket socket, int name, int name6, int value) throws IOException {
        if (Multicast.isIpv6(socket)) {
            socket.setIntOpt(SocketAbi.SOL_IPV6, name6, value);
        } else {
            socket.setIntOpt(SocketAbi.SOL_IP, name, value);
        }
    }
}
