/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.reactor;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.UnixChannel;
import io.pollring.testsuite.differential.SocketKind;
import io.pollring.testsuite.differential.SocketQueues;

/** Where a connection's bytes are. */
final class ConnectionState {
    private final String channel;
    private final int flushedMessages;
    private final long bytesToWrite;
    private final int unread;
    private final int unsent;

    /** On the channel's loop, of one that is open. */
    ConnectionState(Channel channel) {
        this.channel = channel.toString();
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        flushedMessages = out.size();
        bytesToWrite = out.totalPendingWriteBytes();
        int fd = ((UnixChannel) channel).fd().intValue();
        unread = SocketQueues.unread(fd);
        unsent = SocketQueues.unsent(fd, SocketKind.TCP);
    }

    /** Whether something was written that nobody has flushed, and nothing is left to the channel. */
    boolean waitsForFlushOnly() {
        return bytesToWrite > 0 && flushedMessages == 0 && unread == 0 && unsent == 0;
    }

    @Override
    public String toString() {
        return channel + ", flushed messages " + flushedMessages + ", bytes to write " + bytesToWrite
                + ", unread in the socket " + unread + ", unsent " + unsent;
    }
}
