/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.SocketException;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** A connection that is closed before all was read is reset, wherever the rest has waited. */
class CloseUnreadTest {

    @ParameterizedTest
    @EnumSource
    void closeResetsWhatWasReceivedAhead(Transport transport) throws Exception {
        closeUnread(transport, 0, Channel::close);
    }

    @ParameterizedTest
    @EnumSource
    void lingeringCloseResetsWhatWasReceivedAhead(Transport transport) throws Exception {
        closeUnread(transport, 5, Channel::close);
    }

    @ParameterizedTest
    @EnumSource
    void forcedCloseResetsWhatWasReceivedAhead(Transport transport) throws Exception {
        closeUnread(transport, 0, channel -> channel.unsafe().closeForcibly());
    }

    private interface Closing {
        void of(Channel channel);
    }

    private static void closeUnread(Transport transport, int lingerSeconds, Closing closing) throws Exception {
        EventLog log = new EventLog();
        Channel[] child = new Channel[1];
        try (TestGroup group = transport.newGroup(1)) {
            Channel server = transport.server(group.group, Family.TCP, new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel channel) {
                    child[0] = channel;
                    channel.pipeline().addLast(log);
                }
            }).childOption(ChannelOption.AUTO_READ, false).bind(Family.TCP.anyAddress()).sync().channel();
            try (RawClient client = new RawClient(server)) {
                log.await("active");
                TestGroup.run(group.loop(), () -> child[0].read());
                client.send("?");
                log.await("readComplete");
                client.send("unread");
                // Two turns: the loop that received for the first byte has met what came behind it.
                for (int i = 0; i < 2; i++) {
                    TestGroup.run(group.loop(), () -> { });
                }
                if (lingerSeconds > 0) {
                    child[0].config().setOption(ChannelOption.SO_LINGER, lingerSeconds);
                }
                TestGroup.run(group.loop(), () -> closing.of(child[0]));
                assertThrows(SocketException.class, () -> client.socket.getInputStream().read());
                assertFalse(child[0].isOpen());
                assertEquals(1, log.bytes());
            }
        }
    }
}
