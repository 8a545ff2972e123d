/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.unix.Socket;
import io.pollring.ring.SocketAbi;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Enumeration;

/** Multicast groups and interfaces, as {@code setsockopt(2)} takes them. */
final class Multicast {
    private Multicast() { }

    static boolean isIpv6(Socket socket) throws IOException {
        return socket.getIntOpt(SocketAbi.SOL_SOCKET, SocketAbi.SO_DOMAIN) == SocketAbi.AF_INET6;
    }

    /** Joins a group, or leaves it: what comes from {@code source}, or all if that is {@code null}. */
    static void change(Socket socket, InetAddress group, NetworkInterface via, InetAddress source, boolean join)
            throws IOException {
        if (source != null && source.getClass() != group.getClass()) {
            throw new IllegalArgumentException("source " + source + " is of another family than group " + group);
        }
        if (group instanceof Inet6Address) {
            if (source == null) {
                socket.setRawOpt(SocketAbi.SOL_IPV6,
                        join ? SocketAbi.IPV6_ADD_MEMBERSHIP : SocketAbi.IPV6_DROP_MEMBERSHIP, group6(group, via));
            } else {
                socket.setRawOpt(SocketAbi.SOL_IPV6,
                        join ? SocketAbi.MCAST_JOIN_SOURCE_GROUP : SocketAbi.MCAST_LEAVE_SOURCE_GROUP,
                        sourceGroup6(group, via, source));
            }
        } else if (source == null) {
            socket.setRawOpt(SocketAbi.SOL_IP, join ? SocketAbi.IP_ADD_MEMBERSHIP : SocketAbi.IP_DROP_MEMBERSHIP,
                    group(group, via));
        } else {
            socket.setRawOpt(SocketAbi.SOL_IP,
                    join ? SocketAbi.IP_ADD_SOURCE_MEMBERSHIP : SocketAbi.IP_DROP_SOURCE_MEMBERSHIP,
                    sourceGroup(group, via, source));
        }
    }

    private static ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    }

    private static void put(ByteBuffer to, int position, InetAddress address) {
        to.position(position);
        to.put(address.getAddress());
        to.position(0);
    }

    private static ByteBuffer group(InetAddress group, NetworkInterface via) {
        ByteBuffer request = allocate(SocketAbi.GROUP_BYTES);
        put(request, SocketAbi.GROUP_ADDRESS, group);
        InetAddress address = addressOf(via, false);
        if (address != null) {
            put(request, SocketAbi.GROUP_INTERFACE_ADDRESS, address);
        }
        // Interfaces can share an address, or have none; their index is exact.
        return request.putInt(SocketAbi.GROUP_INTERFACE_INDEX, via.getIndex());
    }

    private static ByteBuffer sourceGroup(InetAddress group, NetworkInterface via, InetAddress source) {
        ByteBuffer request = allocate(SocketAbi.SOURCE_GROUP_BYTES);
        put(request, SocketAbi.SOURCE_GROUP_ADDRESS, group);
        InetAddress address = addressOf(via, false);
        if (address != null) {
            put(request, SocketAbi.SOURCE_GROUP_INTERFACE_ADDRESS, address);
        }
        put(request, SocketAbi.SOURCE_GROUP_SOURCE, source);
        return request;
    }

    private static ByteBuffer group6(InetAddress group, NetworkInterface via) {
        ByteBuffer request = allocate(SocketAbi.GROUP6_BYTES);
        put(request, SocketAbi.GROUP6_ADDRESS, group);
        return request.putInt(SocketAbi.GROUP6_INTERFACE_INDEX, via.getIndex());
    }

    private static ByteBuffer sourceGroup6(InetAddress group, NetworkInterface via, InetAddress source) {
        ByteBuffer request = allocate(SocketAbi.SOURCE_GROUP6_BYTES);
        request.putInt(SocketAbi.SOURCE_GROUP6_INTERFACE_INDEX, via.getIndex());
        putName6(request, SocketAbi.SOURCE_GROUP6_ADDRESS, group);
        putName6(request, SocketAbi.SOURCE_GROUP6_SOURCE, source);
        return request;
    }

    private static void putName6(ByteBuffer to, int position, InetAddress address) {
        to.putShort(position + SocketAbi.INET6_FAMILY, (short) SocketAbi.AF_INET6);
        put(to, position + SocketAbi.INET6_ADDRESS, address);
    }

    /** The interface's first address of a family, or {@code null}. */
    private static InetAddress addressOf(NetworkInterface via, boolean ipv6) {
        if (via != null) {
            for (Enumeration<InetAddress> addresses = via.getInetAddresses(); addresses.hasMoreElements();) {
                InetAddress address = addresses.nextElement();
                if (address instanceof Inet6Address == ipv6) {
                    return address;
                }
            }
        }
        return null;
    }

    // ---- the interface that datagrams to groups leave by

    static void setInterface(Socket socket, NetworkInterface via) throws IOException {
        boolean ipv6 = isIpv6(socket);
        InetAddress address = addressOf(via, ipv6);
        if (address == null) {
            throw new IOException((via == null ? "no interface" : via.getName()) + " has no address of the family IPv"
                    + (ipv6 ? 6 : 4));
        }
        setInterface(socket, ipv6, via, address);
    }

    static void setInterface(Socket socket, InetAddress address) throws IOException {
        NetworkInterface via = NetworkInterface.getByInetAddress(address);
        if (via == null) {
            throw new IOException("no interface has the address " + address.getHostAddress());
        }
        boolean ipv6 = isIpv6(socket);
        if (!ipv6 && address instanceof Inet6Address) {
            throw new IOException(address.getHostAddress() + " is not an address of the family IPv4");
        }
        setInterface(socket, ipv6, via, address);
    }

    private static void setInterface(Socket socket, boolean ipv6, NetworkInterface via, InetAddress address)
            throws IOException {
        if (ipv6) {
            socket.setIntOpt(SocketAbi.SOL_IPV6, SocketAbi.IPV6_MULTICAST_IF, via.getIndex());
        } else {
            ByteBuffer request = allocate(SocketAbi.GROUP_BYTES);
            put(request, SocketAbi.GROUP_INTERFACE_ADDRESS, address);
            request.putInt(SocketAbi.GROUP_INTERFACE_INDEX, via.getIndex());
            socket.setRawOpt(SocketAbi.SOL_IP, SocketAbi.IP_MULTICAST_IF, request);
        }
    }

    /** The interface that was set, or {@code null}. */
    static NetworkInterface networkInterface(Socket socket) throws IOException {
        if (isIpv6(socket)) {
            int index = socket.getIntOpt(SocketAbi.SOL_IPV6, SocketAbi.IPV6_MULTICAST_IF);
            return index == 0 ? null : NetworkInterface.getByIndex(index);
        }
        InetAddress address = interfaceAddress4(socket);
        return address == null ? null : NetworkInterface.getByInetAddress(address);
    }

    /** An address of the interface that was set, or {@code null}. */
    static InetAddress interfaceAddress(Socket socket) throws IOException {
        if (!isIpv6(socket)) {
            return interfaceAddress4(socket);
        }
        NetworkInterface via = networkInterface(socket);
        InetAddress address = addressOf(via, true);
        return address != null ? address : addressOf(via, false);
    }

    private static InetAddress interfaceAddress4(Socket socket) throws IOException {
        byte[] bytes = new byte[4];
        socket.getRawOpt(SocketAbi.SOL_IP, SocketAbi.IP_MULTICAST_IF, ByteBuffer.wrap(bytes));
        InetAddress address = InetAddress.getByAddress(bytes);
        return address.isAnyLocalAddress() ? null : address;
    }
}
