/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.api.Test;

import java.lang.reflect.Method;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What the kernel knows of a connection is told as Netty tells it. */
class TcpInfoTest {
    private static final int ESTABLISHED = 1;

    @Test
    void tellsWhatNettyTells() throws Exception {
        Recorder recorder = new Recorder();
        try (TestGroup group = Transport.RING.newGroup(1);
             StreamPair pair = StreamPair.open(Transport.RING, group, Family.TCP, TestGroup.IGNORE, recorder)) {
            pair.client.writeAndFlush(Unpooled.wrappedBuffer(new byte[100_000])).sync();
            Await.until("all is received", 5000, () -> recorder.byteCount() == 100_000);
            IoUringSocketChannel channel = (IoUringSocketChannel) pair.client;
            Await.until("all is acknowledged", 5000, () -> channel.tcpInfo().unacked() == 0);

            IoUringTcpInfo info = new IoUringTcpInfo();
            assertSame(info, channel.tcpInfo(info));
            assertEquals(ESTABLISHED, info.state());
            assertTrue(info.rtt() > 0 && info.rtt() < 1_000_000, "microseconds: " + info.rtt());
            assertTrue(info.sndMss() > 500 && info.sndMss() <= 65536);
            assertTrue(info.pmtu() >= 1280 && info.pmtu() <= 65536);
            assertTrue(info.sndCwnd() > 0);

            // A second channel object of the same socket, never registered and never closed.
            EpollTcpInfo nettys = new EpollSocketChannel(channel.fd().intValue()).tcpInfo();
            int compared = 0;
            for (Method method : EpollTcpInfo.class.getMethods()) {
                if (method.getDeclaringClass() == EpollTcpInfo.class && method.getParameterCount() == 0) {
                    Method ours = IoUringTcpInfo.class.getMethod(method.getName());
                    // Times since something has happened go on meanwhile.
                    if (!method.getName().startsWith("last")) {
                        assertEquals(method.invoke(nettys), ours.invoke(info), method.getName());
                        compared++;
                    }
                }
            }
            assertTrue(compared > 20);
        }
    }

    @Test
    void throwsOnAClosedChannel() throws Exception {
        try (TestGroup group = Transport.RING.newGroup(1);
             StreamPair pair = StreamPair.open(Transport.RING, group, Family.TCP, TestGroup.IGNORE, TestGroup.IGNORE)) {
            Channel client = pair.client;
            client.close().sync();
            assertThrows(ChannelException.class, () -> ((IoUringSocketChannel) client).tcpInfo());
        }
    }
}
