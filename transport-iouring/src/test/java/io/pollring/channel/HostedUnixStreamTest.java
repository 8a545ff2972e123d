/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.FileDescriptor;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Netty's UNIX channels on a ring: a read that has stopped short may have left something behind. */
class HostedUnixStreamTest {
    private static final int MESSAGES = 3;
    private static final int BYTES = 10;

    /** The kernel ends a read behind a message with descriptors, which are dropped where only bytes are read. */
    @Test
    void bytesBehindDescriptorsAreReadWithoutAnotherEvent() throws Exception {
        Inbox child = new Inbox();
        // Whose library makes pipes as well.
        Epoll.ensureAvailability();
        FileDescriptor[] pipe = FileDescriptor.pipe();
        try (TestGroup group = new TestGroup(Mode.RING, 1);
             StreamPair pair = StreamPair.open(Transport.NETTY, group, Family.UNIX, TestGroup.IGNORE, child,
                     bootstrap -> { }, server -> server.childOption(ChannelOption.AUTO_READ, false))) {
            for (int i = 0; i < MESSAGES; i++) {
                pair.client.writeAndFlush(pipe[1]).sync();
                pair.client.writeAndFlush(Unpooled.wrappedBuffer(new byte[BYTES])).sync();
            }
            pair.child.config().setAutoRead(true);
            int bytes = 0;
            while (bytes < MESSAGES * (1 + BYTES)) {
                bytes += child.takeSize();
            }
            assertEquals(MESSAGES * (1 + BYTES), bytes);
        } finally {
            pipe[0].close();
            pipe[1].close();
        }
    }
}
