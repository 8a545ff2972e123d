/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

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

    /** What the channel does when its fd is closed, and what brings its loop to it then. */
    enum Busy {
        /** Data comes. */
        IDLE,
        /** It is asked to read. */
        PAUSED,
        /** Nothing but its handler, which closes the fd. */
        READING,
        /** As before, in the middle of a large read. */
        READING_MUCH,
        /** As before, behind a write. */
        WRITING,
        /** There is room for what it writes. */
        BLOCKED
    }

    static Stream<Arguments> busy() {
        return Stream.of(Setup.values()).filter(setup -> setup != Setup.EPOLL).flatMap(
                setup -> Stream.of(Busy.values())
                        // Nothing tells epoll of an fd that is not there.
                        .filter(busy -> setup.mode.channelBackend() == IoUringBackend.RING
                                || busy != Busy.IDLE && busy != Busy.BLOCKED)
                        .map(busy -> Arguments.of(setup, busy)));
    }

    /** The channel's own descriptor is closed, and says so. */
    @ParameterizedTest
    @MethodSource("busy")
    void byItsOwnDescriptor(Setup setup, Busy busy) throws Exception {
        ClosesItsDescriptor recorder = new ClosesItsDescriptor(busy);
        try (TestGroup group = setup.newGroup(1); Connection other = Connection.open(group);
             Connection connection = Connection.open(group, recorder,
                     bootstrap -> bootstrap.childOption(ChannelOption.AUTO_READ, busy != Busy.PAUSED))) {
            UnixChannel channel = (UnixChannel) connection.channel;
            ChannelFuture written = null;
            connection.send(100);
            switch (busy) {
                case READING_MUCH:
                    Await.until("the first bytes are read", 5000, () -> recorder.byteCount() == 100);
                    // From then on the loop receives for it.
                    connection.send(1);
                    Await.until("the loop has received", 5000, () -> recorder.byteCount() == 101);
                    TestGroup.run(group.loop(), () -> { });
                    connection.send(9000);
                    break;
                case BLOCKED:
                    Await.until("the bytes are read", 5000, () -> recorder.byteCount() == 100);
                    written = channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[16 << 20]));
                    closeLater(group, channel);
                    assertQuiet(group);
                    connection.peer.getInputStream().readNBytes(8 << 20);
                    break;
                case IDLE:
                    Await.until("the bytes are read", 5000, () -> recorder.byteCount() == 100);
                    closeLater(group, channel);
                    assertQuiet(group);
                    connection.send(100);
                    break;
                case PAUSED:
                    closeLater(group, channel);
                    assertQuiet(group);
                    channel.read();
                    break;
                default:
                    break;
            }
            assertTrue(recorder.inactive.await(5, TimeUnit.SECONDS), "it is closed");
            assertTrue(channel.closeFuture().await(5, TimeUnit.SECONDS));
            if (written != null) {
                assertTrue(written.await(5, TimeUnit.SECONDS) && !written.isSuccess());
            }
            // Its peer hears of it: nobody holds the file.
            connection.awaitEnd();
            TestGroup.run(group.loop(), () -> { });
            assertEquals(1, recorder.timesInactive);
            if (busy != Busy.WRITING) {
                // A write that fails tells its promise.
                assertEquals(1, recorder.exceptions.size(), recorder.exceptions::toString);
            }
            assertQuiet(group);
            assertAlive(group, other);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Setup.class, mode = EnumSource.Mode.EXCLUDE, names = "EPOLL")
    void whileItConnects(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(1); Connection other = Connection.open(group);
             SilentListener listener = new SilentListener()) {
            ChannelFuture connected = new Bootstrap().group(group.group).channel(group.channels.socket)
                    .handler(TestGroup.IGNORE).option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 500)
                    .connect(listener.address());
            TestGroup.run(group.loop(), () -> { });
            closeLater(group, (UnixChannel) connected.channel());
            assertQuiet(group);
            assertTrue(connected.await(5, TimeUnit.SECONDS));
            assertFalse(connected.isSuccess());
            assertTrue(connected.channel().closeFuture().await(5, TimeUnit.SECONDS));
            assertQuiet(group);
            assertAlive(group, other);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Setup.class, names = { "HOSTED_RING", "HOSTED_NO_FEATURES", "OWN_RING", "OWN_NO_FEATURES" })
    void whileItListens(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(1); Connection other = Connection.open(group)) {
            Channel listener = group.listen(TestGroup.IGNORE, bootstrap -> { });
            TestGroup.run(group.loop(), () -> { });
            closeLater(group, (UnixChannel) listener);
            assertQuiet(group);
            try (Socket socket = new Socket()) {
                // The ring's poll holds the file, until it tells.
                socket.connect(TestGroup.address(listener));
                assertTrue(listener.closeFuture().await(5, TimeUnit.SECONDS));
            }
            assertQuiet(group);
            assertAlive(group, other);
        }
    }

    /** As a user who does not know better, when the loop has nothing else to do. */
    private static void closeLater(TestGroup group, UnixChannel channel) throws Exception {
        Thread.sleep(10);
        TestGroup.run(group.loop(), () -> channel.fd().close());
    }

    private static void assertQuiet(TestGroup group) throws Exception {
        long turns = group.turns();
        Thread.sleep(50);
        assertTrue(group.turns() - turns < 100, () -> group.turns() - turns + " turns");
    }

    private static final class ClosesItsDescriptor extends Recorder {
        private final Busy busy;
        volatile int timesInactive;

        ClosesItsDescriptor(Busy busy) {
            this.busy = busy;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
            super.channelRead(ctx, msg);
            if (busy == Busy.WRITING) {
                ctx.writeAndFlush(ctx.alloc().buffer().writeZero(100));
                ((UnixChannel) ctx.channel()).fd().close();
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
            super.channelReadComplete(ctx);
            if (busy == Busy.READING || busy == Busy.READING_MUCH && byteCount() > 4096) {
                ((UnixChannel) ctx.channel()).fd().close();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) throws Exception {
            timesInactive++;
            super.channelInactive(ctx);
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
