/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.epoll.Native;
import io.netty.channel.unix.NativeInetAddress;
import io.netty.channel.unix.Socket;
import io.netty.util.internal.ObjectUtil;
import io.pollring.ring.SocketAbi;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The peers that a socket signs its segments for ({@code TCP_MD5SIG}, RFC 2385). Linux can set and delete a peer's key
 * but not list them, so the addresses are kept here. May be used by any thread.
 */
final class TcpMd5Keys {
    // struct tcp_md5sig: a sockaddr_storage, flags, the prefix' length, the key's length (2 bytes), an interface, the key.
    private static final int BYTES = 216;
    private static final int KEY_LENGTH = 130;
    private static final int KEY = 136;
    private static final byte[] NO_KEY = {};

    private final Socket socket;
    private Set<InetAddress> addresses;

    TcpMd5Keys(Socket socket) {
        this.socket = socket;
        addresses = Collections.emptySet();
    }

    /**
     * Of a connection that the listener of these keys has accepted: it inherits the key for {@code peer}, and no other.
     *
     * @return {@code null} if there is no such key
     */
    synchronized TcpMd5Keys inherited(Socket accepted, InetAddress peer) {
        if (!addresses.contains(peer)) {
            return null;
        }
        TcpMd5Keys keys = new TcpMd5Keys(accepted);
        keys.addresses = Collections.singleton(peer);
        return keys;
    }

    /**
     * Replaces all keys.
     *
     * @throws IllegalArgumentException if a key is empty or longer than {@link Native#TCP_MD5SIG_MAXKEYLEN}; nothing is
     *                                  changed then
     */
    synchronized void set(Map<InetAddress, byte[]> keys) throws IOException {
        for (Map.Entry<InetAddress, byte[]> entry : keys.entrySet()) {
            ObjectUtil.checkNotNullWithIAE(entry.getKey(), "address");
            byte[] key = ObjectUtil.checkNonEmpty(entry.getValue(), "key of " + entry.getKey());
            if (key.length > Native.TCP_MD5SIG_MAXKEYLEN) {
                throw new IllegalArgumentException("key of " + entry.getKey() + ": " + key.length
                        + " bytes (expected: <= " + Native.TCP_MD5SIG_MAXKEYLEN + ')');
            }
        }
        if (!socket.isOpen()) {
            throw new ClosedChannelException();
        }
        for (InetAddress address : addresses) {
            if (!keys.containsKey(address)) {
                set(address, NO_KEY);
            }
        }
        Set<InetAddress> set = new HashSet<>();
        addresses = set;
        for (Map.Entry<InetAddress, byte[]> entry : keys.entrySet()) {
            set(entry.getKey(), entry.getValue());
            set.add(entry.getKey());
        }
    }

    private void set(InetAddress address, byte[] key) throws IOException {
        boolean ipv6 = Multicast.isIpv6(socket);
        ByteBuffer signature = ByteBuffer.allocate(BYTES).order(ByteOrder.nativeOrder());
        signature.putShort(0, (short) (ipv6 ? SocketAbi.AF_INET6 : SocketAbi.AF_INET));
        byte[] bytes = address.getAddress();
        if (ipv6 && address instanceof Inet4Address) {
            bytes = NativeInetAddress.ipv4MappedIpv6Address(bytes);
        }
        signature.position(ipv6 ? SocketAbi.INET6_ADDRESS : SocketAbi.INET_ADDRESS);
        signature.put(bytes);
        signature.putShort(KEY_LENGTH, (short) key.length);
        signature.position(KEY);
        signature.put(key);
        signature.clear();
        socket.setRawOpt(ConfigOptions.SOL_TCP, ConfigOptions.TCP_MD5SIG, signature);
    }
}
