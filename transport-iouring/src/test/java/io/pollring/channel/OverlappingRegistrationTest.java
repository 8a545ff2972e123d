/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A channel is deregistered and registered from several places at a time, which Netty does not keep anybody from. It has
 * one registration in the end, and no byte is lost. (Netty's own channels fail an assertion of its epoll handler here.)
 */
class OverlappingRegistrationTest {
    private static final int ROUNDS = 20;

    @ParameterizedTest
    @EnumSource(value = Mode.class, mode = EnumSource.Mode.EXCLUDE, names = "EPOLL")
    void twoOnTheSameLoop(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, Channels.OURS, 1)) {
            Connection connection = Connection.open(group, new Echo(), bootstrap -> { });
            for (int round = 0; round < ROUNDS; round++) {
                connection.channel.deregister().sync();
                register(connection.channel, group.loop(), group.loop());
                assertEchoes(connection, group, 1);
            }
            connection.peer.shutdownOutput();
            assertEquals("FIN", connection.awaitEnd());
            connection.close();
            assertEquals(0, registrations(group));
        }
    }

    @ParameterizedTest
    @EnumSource(value = Mode.class, mode = EnumSource.Mode.EXCLUDE, names = "EPOLL")
    void onTwoLoops(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, Channels.OURS, 2)) {
            Connection connection = Connection.open(group, new Echo(), bootstrap -> { });
            for (int round = 0; round < ROUNDS; round++) {
                connection.channel.deregister().sync();
                register(connection.channel, group.loop(round % 2), group.loop(1 - round % 2));
                assertEchoes(connection, group, 1);
            }
            connection.peer.shutdownOutput();
            assertEquals("FIN", connection.awaitEnd());
            connection.close();
            assertEquals(0, registrations(group));
        }
    }

    @ParameterizedTest
    @EnumSource(value = Mode.class)
    void manyInOneTurn(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, Channels.OURS, 1)) {
            Connection connection = Connection.open(group, new Echo(), bootstrap -> { });
            Channel channel = connection.channel;
            for (int round = 0; round < ROUNDS; round++) {
                TestGroup.run(group.loop(), () -> {
                    for (int i = 0; i < 3; i++) {
                        channel.deregister().addListener(done -> group.loop().register(channel));
                        channel.pipeline().deregister().addListener(done -> group.loop().register(channel));
                    }
                });
                assertEchoes(connection, group, 1);
            }
            connection.peer.shutdownOutput();
            assertEquals("FIN", connection.awaitEnd());
            connection.close();
            assertEquals(0, registrations(group));
        }
    }

    /** Both are asked for before either is made. */
    private static void register(Channel channel, EventLoop... loops) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        for (EventLoop loop : loops) {
            loop.execute(() -> {
                try {
                    asked.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
        }
        Future<?>[] registrations = new Future<?>[loops.length];
        for (int i = 0; i < loops.length; i++) {
            registrations[i] = loops[i].register(channel);
        }
        asked.countDown();
        for (Future<?> registration : registrations) {
            assertTrue(registration.await(5, TimeUnit.SECONDS));
        }
    }

    private static void assertEchoes(Connection connection, TestGroup group, int expected) throws Exception {
        byte[] bytes = new byte[ThreadLocalRandom.current().nextInt(1, 9000)];
        ThreadLocalRandom.current().nextBytes(bytes);
        for (int i = 0; i < 10; i++) {
            connection.peer.getOutputStream().write(bytes);
            assertArrayEquals(bytes, connection.peer.getInputStream().readNBytes(bytes.length));
        }
        if (group.mode.isOurs()) {
            Await.until("there is one registration", 5000, () -> registrations(group) == expected);
        }
        assertEquals("[]", connection.recorder.exceptions.toString());
    }

    private static int registrations(TestGroup group) {
        int count = 0;
        for (Object loop : group.group) {
            count += group.mode.isOurs() ? ((SingleThreadEventLoop) loop).registeredChannels() : 0;
        }
        return count;
    }

    private static final class Echo extends Recorder {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.writeAndFlush(msg);
        }
    }
}
