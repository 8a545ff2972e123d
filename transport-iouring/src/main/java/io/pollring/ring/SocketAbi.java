/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

/**
 * The numbers of the kernel's socket ABI that datagram channels use: the layout of messages, addresses and group
 * requests, and the names of options. Compared with the C headers when the library is loaded, as those of {@link Abi}.
 */
public final class SocketAbi {

    // struct mmsghdr, with the fields of the struct msghdr in it
    static final int MESSAGE_BYTES = 64;
    static final int MESSAGE_NAME = 0;
    static final int MESSAGE_NAME_LENGTH = 8;
    static final int MESSAGE_IOV = 16;
    static final int MESSAGE_IOV_LENGTH = 24;
    static final int MESSAGE_CONTROL = 32;
    static final int MESSAGE_CONTROL_LENGTH = 40;
    static final int MESSAGE_FLAGS = 48;
    static final int MESSAGE_RESULT = 56;

    // struct cmsghdr
    static final int CONTROL_LENGTH = 0;
    static final int CONTROL_LEVEL = 8;
    static final int CONTROL_TYPE = 12;
    static final int CONTROL_DATA = 16;
    static final int CONTROL_ALIGNMENT = 8;

    // struct sockaddr_in
    public static final int INET_BYTES = 16;
    static final int INET_FAMILY = 0;
    static final int INET_PORT = 2;
    public static final int INET_ADDRESS = 4;

    // struct sockaddr_in6
    public static final int INET6_BYTES = 28;
    public static final int INET6_FAMILY = 0;
    static final int INET6_PORT = 2;
    static final int INET6_FLOW_INFO = 4;
    public static final int INET6_ADDRESS = 8;
    static final int INET6_SCOPE = 24;

    // struct ip_mreqn
    public static final int GROUP_BYTES = 12;
    public static final int GROUP_ADDRESS = 0;
    public static final int GROUP_INTERFACE_ADDRESS = 4;
    public static final int GROUP_INTERFACE_INDEX = 8;

    // struct ip_mreq_source
    public static final int SOURCE_GROUP_BYTES = 12;
    public static final int SOURCE_GROUP_ADDRESS = 0;
    public static final int SOURCE_GROUP_INTERFACE_ADDRESS = 4;
    public static final int SOURCE_GROUP_SOURCE = 8;

    // struct ipv6_mreq
    public static final int GROUP6_BYTES = 20;
    public static final int GROUP6_ADDRESS = 0;
    public static final int GROUP6_INTERFACE_INDEX = 16;

    // struct group_source_req
    public static final int SOURCE_GROUP6_BYTES = 264;
    public static final int SOURCE_GROUP6_INTERFACE_INDEX = 0;
    public static final int SOURCE_GROUP6_ADDRESS = 8;
    public static final int SOURCE_GROUP6_SOURCE = 136;

    public static final int AF_UNIX = 1;
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;

    public static final int SOL_SOCKET = 1;
    public static final int SO_DOMAIN = 39;
    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_NOSIGNAL = 0x4000;

    public static final int SOL_IP = 0;
    public static final int IP_RECVORIGDSTADDR = 20;
    public static final int IP_MULTICAST_IF = 32;
    public static final int IP_MULTICAST_TTL = 33;
    public static final int IP_MULTICAST_LOOP = 34;
    public static final int IP_ADD_MEMBERSHIP = 35;
    public static final int IP_DROP_MEMBERSHIP = 36;
    public static final int IP_ADD_SOURCE_MEMBERSHIP = 39;
    public static final int IP_DROP_SOURCE_MEMBERSHIP = 40;
    public static final int IP_MULTICAST_ALL = 49;

    public static final int SOL_UDP = 17;
    public static final int UDP_CORK = 1;
    public static final int UDP_SEGMENT = 103;
    public static final int UDP_GRO = 104;

    public static final int SOL_IPV6 = 41;
    public static final int IPV6_MULTICAST_IF = 17;
    public static final int IPV6_MULTICAST_HOPS = 18;
    public static final int IPV6_MULTICAST_LOOP = 19;
    public static final int IPV6_ADD_MEMBERSHIP = 20;
    public static final int IPV6_DROP_MEMBERSHIP = 21;
    public static final int IPV6_MULTICAST_ALL = 29;
    public static final int MCAST_JOIN_SOURCE_GROUP = 46;
    public static final int MCAST_LEAVE_SOURCE_GROUP = 47;
    static final int IPV6_ORIGDSTADDR = 74;

    private static final long[] NUMBERS = {
        MESSAGE_BYTES, MESSAGE_NAME, MESSAGE_NAME_LENGTH, MESSAGE_IOV, MESSAGE_IOV_LENGTH, MESSAGE_CONTROL,
        MESSAGE_CONTROL_LENGTH, MESSAGE_FLAGS, MESSAGE_RESULT,
        CONTROL_LENGTH, CONTROL_LEVEL, CONTROL_TYPE, CONTROL_DATA, CONTROL_ALIGNMENT,
        INET_BYTES, INET_FAMILY, INET_PORT, INET_ADDRESS,
        INET6_BYTES, INET6_FAMILY, INET6_PORT, INET6_FLOW_INFO, INET6_ADDRESS, INET6_SCOPE,
        GROUP_BYTES, GROUP_ADDRESS, GROUP_INTERFACE_ADDRESS, GROUP_INTERFACE_INDEX,
        SOURCE_GROUP_BYTES, SOURCE_GROUP_ADDRESS, SOURCE_GROUP_INTERFACE_ADDRESS, SOURCE_GROUP_SOURCE,
        GROUP6_BYTES, GROUP6_ADDRESS, GROUP6_INTERFACE_INDEX,
        SOURCE_GROUP6_BYTES, SOURCE_GROUP6_INTERFACE_INDEX, SOURCE_GROUP6_ADDRESS, SOURCE_GROUP6_SOURCE,
        AF_UNIX, AF_INET, AF_INET6,
        SOL_SOCKET, SO_DOMAIN, MSG_DONTWAIT, MSG_NOSIGNAL,
        SOL_IP, IP_RECVORIGDSTADDR, IP_MULTICAST_IF, IP_MULTICAST_TTL, IP_MULTICAST_LOOP, IP_ADD_MEMBERSHIP,
        IP_DROP_MEMBERSHIP, IP_ADD_SOURCE_MEMBERSHIP, IP_DROP_SOURCE_MEMBERSHIP, IP_MULTICAST_ALL,
        SOL_UDP, UDP_CORK, UDP_SEGMENT, UDP_GRO,
        SOL_IPV6, IPV6_MULTICAST_IF, IPV6_MULTICAST_HOPS, IPV6_MULTICAST_LOOP, IPV6_ADD_MEMBERSHIP,
        IPV6_DROP_MEMBERSHIP, IPV6_MULTICAST_ALL, MCAST_JOIN_SOURCE_GROUP, MCAST_LEAVE_SOURCE_GROUP, IPV6_ORIGDSTADDR,
    };

    private SocketAbi() { }

    /**
     * Compares the constants with the C headers'.
     *
     * @throws IllegalStateException if a number differs
     */
    static void verify(Abi.Source source) {
        Abi.compare("socket", NUMBERS, source);
    }

    /** The number of entries that {@link #verify(Abi.Source)} compares. */
    static int count() {
        return NUMBERS.length;
    }
}
