/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.FileDescriptor;
import io.pollring.ring.RingFeature;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a program can find out about its loops. */
class IoUringTest {

    @Test
    void isAvailableHere() {
        assertTrue(IoUring.isAvailable(), IoUring::featureString);
        assertNull(IoUring.unavailabilityCause());
        IoUring.ensureAvailability();
        assertTrue(IoUring.featureString().contains("MULTISHOT_POLL"), IoUring::featureString);
    }

    @Test
    void tellsWhatALoopWouldFindNow() throws Exception {
        assertNull(IoUring.unavailabilityCause());
        Mode.NO_RING.create(() -> {
            assertFalse(IoUring.isAvailable());
            assertTrue(IoUring.featureString().contains("io.pollring.noRing"), IoUring::featureString);
            assertThrows(UnsatisfiedLinkError.class, IoUring::ensureAvailability);
            return null;
        });
        Mode.NO_FEATURES.create(() -> {
            assertEquals(RingFeature.REQUIRED.toString(), IoUring.featureString());
            return null;
        });
        assertTrue(IoUring.isAvailable());
    }

    @ParameterizedTest
    @EnumSource(value = Mode.class, mode = EnumSource.Mode.EXCLUDE, names = "EPOLL")
    void tellsWhyALoopHasNoRing(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1)) {
            Throwable cause = IoUring.unavailabilityCause(group.loop());
            assertEquals(IoUring.backend(group.loop()) == IoUringBackend.RING, cause == null);
            assertEquals(mode == Mode.NO_RING,
                    cause != null && cause.getMessage().contains("-Dio.pollring.noRing=true"), "" + cause);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Mode.class, mode = EnumSource.Mode.EXCLUDE, names = "EPOLL")
    void tellsWhatWatchesALoopAndAChannel(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1); Connection connection = Connection.open(group)) {
            assertSame(mode == Mode.NO_RING ? IoUringBackend.EPOLL : IoUringBackend.RING,
                    IoUring.backend(group.loop()));
            connection.send(1);
            Await.until("the byte is read", 5000, () -> connection.recorder.byteCount() == 1);
            assertSame(mode.channelBackend(), IoUring.backend(connection.channel));
            IoUringMetrics metrics = group.metrics();
            assertSame(IoUring.backend(group.loop()), metrics.backend());
            assertEquals(mode == Mode.NO_RING, metrics.enters() == 0);
            // The listener and the connection.
            assertEquals(mode == Mode.REVERTED ? 2 : 0, metrics.reverts());
            assertEquals(mode == Mode.REVERTED ? "{EINVAL=2}" : "{}", metrics.revertsByReason().toString());
            assertEquals(mode.channelBackend() == IoUringBackend.RING,
                    metrics.epollWaits() == 0 && metrics.epollCtls() == 0);
            String line = metrics.toString();
            assertTrue(line.contains("enters=") && line.contains("reverts=") && !line.contains("\n"), line);
        }
    }

    @Test
    void aChannelIsWatchedByTheLoopItIsOn() throws Exception {
        try (TestGroup reverting = new TestGroup(Mode.REVERTED, 1); TestGroup ring = new TestGroup(Mode.RING, 1);
             Connection connection = Connection.open(reverting)) {
            Await.until("the channel has reverted", 5000,
                    () -> IoUring.backend(connection.channel) == IoUringBackend.EPOLL);
            connection.channel.deregister().sync();
            assertThrows(IllegalArgumentException.class, () -> IoUring.backend(connection.channel));
            ring.loop().register(connection.channel).sync();
            assertSame(IoUringBackend.RING, IoUring.backend(connection.channel));
        }
    }

    @Test
    void knowsOnlyItsOwnLoops() throws Exception {
        EventLoop foreign = new DefaultEventLoop();
        EventLoop gone;
        try (TestGroup epoll = new TestGroup(Mode.EPOLL, 1); TestGroup ours = new TestGroup(Mode.RING, 1)) {
            gone = ours.loop();
            IoUring.metrics(gone);
            assertThrows(IllegalArgumentException.class, () -> IoUring.metrics(foreign));
            assertThrows(IllegalArgumentException.class, () -> IoUring.backend(foreign));
            assertThrows(IllegalArgumentException.class, () -> IoUring.unavailabilityCause(foreign));
            assertThrows(IllegalArgumentException.class, () -> IoUring.unavailabilityCause((EventLoop) null));
            assertThrows(IllegalArgumentException.class, () -> IoUring.unavailabilityCause(epoll.loop()));
            assertThrows(IllegalArgumentException.class, () -> IoUring.metrics(epoll.loop()));
            assertThrows(IllegalArgumentException.class, () -> IoUring.metrics(null));
            Channel channel = new Bootstrap().group(epoll.group).channel(EpollDatagramChannel.class)
                    .handler(TestGroup.IGNORE).bind(InetAddress.getLoopbackAddress(), 0).sync().channel();
            assertThrows(IllegalArgumentException.class, () -> IoUring.backend(channel));
            Channel unregistered = new EpollSocketChannel();
            assertThrows(IllegalArgumentException.class, () -> IoUring.backend(unregistered));
            unregistered.unsafe().closeForcibly();
        } finally {
            foreign.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
        assertThrows(IllegalArgumentException.class, () -> IoUring.dump(gone));
        assertThrows(IllegalArgumentException.class, () -> IoUring.unavailabilityCause(gone));
    }

    @ParameterizedTest
    @EnumSource(names = {"RING", "NO_RING"})
    void tellsWhatALoopHasCountedThatIsGone(Mode mode) throws Exception {
        EventLoop gone;
        try (TestGroup group = new TestGroup(mode, 1); Connection connection = Connection.open(group)) {
            gone = group.loop();
            connection.send(100);
            Await.until("the data has come", 5000, () -> connection.recorder.byteCount() == 100);
        }
        assertSame(mode == Mode.RING ? IoUringBackend.RING : IoUringBackend.EPOLL, IoUring.backend(gone));
        assertTrue(IoUring.metrics(gone).enters() + IoUring.metrics(gone).epollWaits() > 0);
    }

    /** Elsewhere, so that no variable holds it. */
    private static WeakReference<EventLoop> loopThatIsGone() throws Exception {
        TestGroup group = new TestGroup(Mode.RING, 1);
        group.loop().submit(() -> { }).sync();
        group.close();
        assertTrue(IoUring.metrics(group.loop()).enters() > 0);
        return new WeakReference<>(group.loop());
    }

    @Test
    void whatALoopHasCountedDoesNotKeepIt() throws Exception {
        WeakReference<EventLoop> gone = loopThatIsGone();
        Await.until("it is collected", 10_000, () -> {
            System.gc();
            return gone.get() == null;
        });
    }

    @Test
    void knowsLoopsOfOtherGroupsWithItsHandler() throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING,
                new MultiThreadIoEventLoopGroup(2, IoUringIoHandler.newFactory()))) {
            assertSame(IoUringBackend.RING, IoUring.backend(group.loop(0)));
            assertSame(IoUringBackend.RING, IoUring.backend(group.loop(1)));
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void everyThreadIsToldHowManyChannelsALoopHas(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1)) {
            SingleThreadEventLoop loop = (SingleThreadEventLoop) group.loop();
            assertEquals(0, loop.registeredChannels());
            try (Connection first = Connection.open(group)) {
                assertEquals(1, loop.registeredChannels());
                try (Connection second = Connection.open(group)) {
                    assertEquals(2, loop.registeredChannels());
                    second.channel.deregister().sync();
                    assertEquals(1, loop.registeredChannels());
                }
                TestGroup.run(loop, () -> countsNoHandleThatIsNoChannel(loop));
            }
            assertEquals(0, loop.registeredChannels());
        }
    }

    private static void countsNoHandleThatIsNoChannel(SingleThreadEventLoop loop) throws Exception {
        FileDescriptor[] pipe = FileDescriptor.pipe();
        IoRegistration registration = ((IoEventLoop) loop).register(new EpollIoHandle() {
            @Override
            public FileDescriptor fd() {
                return pipe[0];
            }

            @Override
            public void handle(IoRegistration registration, IoEvent event) {
                throw new IllegalStateException("nothing was asked for: " + event);
            }

            @Override
            public void close() {
                // The test does.
            }
        }).getNow();
        assertEquals(1, loop.registeredChannels());
        registration.cancel();
        assertEquals(1, loop.registeredChannels());
        pipe[0].close();
        pipe[1].close();
    }

    @Test
    void everyThreadMayCountTheChannelsWhileTheyComeAndGo() throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1)) {
            SingleThreadEventLoop loop = (SingleThreadEventLoop) group.loop();
            FutureTask<Void> opening = new FutureTask<>(() -> {
                for (int i = 0; i < 200; i++) {
                    Connection.open(group).close();
                }
                return null;
            });
            new Thread(opening).start();
            while (!opening.isDone()) {
                int count = loop.registeredChannels();
                assertTrue(count >= 0 && count <= 2, () -> "registered: " + count);
            }
            opening.get();
        }
    }

    @Test
    void countsTheChannelsOfALoop() throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1); Connection first = Connection.open(group);
             Connection second = Connection.open(group)) {
            TestGroup.run(group.loop(), () -> {
                assertEquals(2, ((IoUringEventLoop) group.loop()).registeredChannels());
                int[] count = new int[1];
                ((IoUringEventLoop) group.loop()).registeredChannelsIterator().forEachRemaining(channel -> {
                    assertTrue(channel == first.channel || channel == second.channel);
                    count[0]++;
                });
                assertEquals(2, count[0]);
            });
        }
    }

    @Test
    void versionIsThatOfTheBuild() {
        assertTrue(IoUring.version().matches("\\d+\\.\\d+\\.\\d+(-SNAPSHOT)?"), IoUring.version());
    }

    @ParameterizedTest
    @EnumSource(value = Mode.class, names = {"RING", "NO_RING"})
    void dumpTellsOfEachChannelWhatItWaitsFor(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1); Connection connection = Connection.open(group)) {
            connection.send(10);
            Await.until("the data is read", 5000, () -> connection.recorder.byteCount() == 10);
            String dump = IoUring.dump(group.loop());
            assertTrue(dump.startsWith(mode == Mode.RING ? "waits on Ring(" : "waits on epoll: "), dump);
            String state = mode == Mode.RING ? "ARMED" : "REVERTED";
            assertTrue(dump.lines().anyMatch(line -> line.contains("Registration(fd: ") && line.contains(state)), dump);
        }
    }
}
