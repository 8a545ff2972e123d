/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Somebody closes a channel's fd without asking it: that channel fails and closes, and the loop lives on. */
class ClosedBehindOurBackTest {

    @ParameterizedTest
    @EnumSource(Setup.class)
    void beforeTheKernelWasAskedToWatchIt(Setup setup) throws Exception {
        Recorder recorder = new Recorder() {
            @Override
            public void channelActive(ChannelHandlerContext ctx) throws Exception {
                // The first interest is submitted behind this, and goes to the kernel at the end of the turn.
                closeBehindItsBack(ctx.channel());
                super.channelActive(ctx);
            }
        };
        try (TestGroup group = setup.newGroup(1);
             Connection other = Connection.open(group);
             Connection connection = Connection.open(group, recorder, bootstrap -> { })) {
            assertTrue(recorder.inactive.await(5, TimeUnit.SECONDS));
            assertEquals(1, recorder.exceptions.size(), recorder.exceptions::toString);
            // Netty's own submit throws it unchecked.
            Throwable cause = recorder.exceptions.get(0);
            assertTrue((cause instanceof IOException ? cause : cause.getCause()) instanceof IOException,
                    cause::toString);
            assertFalse(connection.channel.isOpen());
            assertAlive(group, other);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Setup.class, mode = EnumSource.Mode.EXCLUDE, names = "EPOLL")
    void whileItIsWatched(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(1);
             Connection other = Connection.open(group);
             Connection connection = Connection.open(group)) {
            group.loop().submit(() -> { }).sync();
            TestGroup.run(group.loop(), () -> {
                closeBehindItsBack(connection.channel);
                // A new interest has to be brought to the kernel. With epoll there is nothing else to notice it by.
                connection.channel.config().setAutoRead(false);
                connection.channel.config().setAutoRead(true);
                connection.channel.writeAndFlush(connection.channel.alloc().buffer().writeByte(1));
            });
            assertTrue(connection.recorder.inactive.await(5, TimeUnit.SECONDS));
            assertAlive(group, other);
        }
    }

    private static void closeBehindItsBack(Channel channel) throws IOException {
        new FileDescriptor(((UnixChannel) channel).fd().intValue()).close();
    }

    private static void assertAlive(TestGroup group, Connection other) throws Exception {
        other.send(1);
        Await.until("another channel is served", 5000, () -> other.recorder.byteCount() == 1);
        try (Connection fresh = Connection.open(group)) {
            fresh.send(1);
            Await.until("a new channel is served", 5000, () -> fresh.recorder.byteCount() == 1);
        }
        assertEquals("[]", other.recorder.exceptions.toString());
    }
}
