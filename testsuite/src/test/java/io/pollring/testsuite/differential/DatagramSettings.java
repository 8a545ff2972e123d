/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;

/** The options of a channel of datagrams under test. */
final class DatagramSettings extends Settings {
    /** What the kernel takes for a receive buffer without more rights: holds all that a program sends. */
    static final int RECEIVE_BUFFER = 212992;

    final SocketKind kind;
    /** Whether it is connected to its peer from the start. */
    final boolean connected;
    final int messagesPerRead;
    final int messagesPerWrite;
    /** UDP only: the largest datagram, where one call is to read several; 0 for none. */
    final int payload;
    /** UDP only. */
    final boolean joined;

    DatagramSettings(SocketKind kind, boolean connected, boolean autoRead, boolean narrowMarks, int fixedReads,
                     int messagesPerRead, int messagesPerWrite, int payload, boolean joined) {
        super(autoRead, narrowMarks, fixedReads);
        this.kind = kind;
        this.connected = connected;
        this.messagesPerRead = messagesPerRead;
        this.messagesPerWrite = messagesPerWrite;
        this.payload = kind.isUnix() ? 0 : payload;
        this.joined = joined && !kind.isUnix();
    }

    @Override
    @SuppressWarnings("deprecation") // users have it
    void apply(Channel channel) {
        super.apply(channel);
        if (kind.isUnix()) {
            channel.config().setOption(ChannelOption.SO_SNDBUF, SOCKET_BUFFER);
        } else {
            channel.config().setOption(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER);
            channel.config().setOption(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, payload);
            channel.config().setOption(EpollChannelOption.UDP_GRO, joined);
        }
        channel.config().setOption(ChannelOption.MAX_MESSAGES_PER_READ, messagesPerRead);
        channel.config().setOption(ChannelOption.MAX_MESSAGES_PER_WRITE, messagesPerWrite);
    }

    @Override
    public String toString() {
        return (connected ? "connected " : "") + super.toString() + " messages=" + messagesPerRead + '/'
                + messagesPerWrite + (payload == 0 ? "" : " payload=" + payload) + (joined ? " joined" : "");
    }
}
