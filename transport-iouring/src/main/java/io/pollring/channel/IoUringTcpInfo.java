/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.ChannelException;
import io.netty.channel.unix.Socket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;

/**
 * What the kernel knows of a TCP connection: {@code struct tcp_info} of {@code tcp(7)}. Times are in microseconds, but
 * the four "last" ones in milliseconds; sizes are in bytes, windows and counts in segments.
 *
 * <p>Not safe for use by several threads at a time.
 */
public final class IoUringTcpInfo {
    private static final int BYTES = 104;
    private static final long UNSIGNED = 0xFFFFFFFFL;

    private final ByteBuffer info = ByteBuffer.allocate(BYTES).order(ByteOrder.nativeOrder());

    IoUringTcpInfo read(Socket socket) {
        info.clear();
        try {
            if (!socket.isOpen()) {
                throw new ClosedChannelException();
            }
            socket.getRawOpt(ConfigOptions.SOL_TCP, ConfigOptions.TCP_INFO, info);
        } catch (IOException e) {
            throw new ChannelException(e);
        }
        return this;
    }

    private int small(int offset) {
        return info.get(offset) & 0xFF;
    }

    private long number(int offset) {
        return info.getInt(offset) & UNSIGNED;
    }

    public int state() {
        return small(0);
    }

    public int caState() {
        return small(1);
    }

    public int retransmits() {
        return small(2);
    }

    public int probes() {
        return small(3);
    }

    public int backoff() {
        return small(4);
    }

    public int options() {
        return small(5);
    }

    public int sndWscale() {
        return small(6) & 0xF;
    }

    public int rcvWscale() {
        return small(6) >>> 4;
    }

    public long rto() {
        return number(8);
    }

    public long ato() {
        return number(12);
    }

    public long sndMss() {
        return number(16);
    }

    public long rcvMss() {
        return number(20);
    }

    public long unacked() {
        return number(24);
    }

    public long sacked() {
        return number(28);
    }

    public long lost() {
        return number(32);
    }

    public long retrans() {
        return number(36);
    }

    public long fackets() {
        return number(40);
    }

    public long lastDataSent() {
        return number(44);
    }

    public long lastAckSent() {
        return number(48);
    }

    public long lastDataRecv() {
        return number(52);
    }

    public long lastAckRecv() {
        return number(56);
    }

    public long pmtu() {
        return number(60);
    }

    public long rcvSsthresh() {
        return number(64);
    }

    public long rtt() {
        return number(68);
    }

    public long rttvar() {
        return number(72);
    }

    public long sndSsthresh() {
        return number(76);
    }

    public long sndCwnd() {
        return number(80);
    }

    public long advmss() {
        return number(84);
    }

    public long reordering() {
        return number(88);
    }

    public long rcvRtt() {
        return number(92);
    }

    public long rcvSpace() {
        return number(96);
    }

    public long totalRetrans() {
        return number(100);
    }
}
