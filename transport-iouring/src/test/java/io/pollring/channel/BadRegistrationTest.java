/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.Native;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What cannot be registered is refused as Netty's epoll refuses it, and the loop lives on. */
class BadRegistrationTest {

    @ParameterizedTest
    @EnumSource(Mode.class)
    void aHandleOfAForeignType(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1)) {
            ForeignHandle handle = new ForeignHandle();
            IoEventLoop loop = (IoEventLoop) group.loop();
            Future<IoRegistration> registration = loop.register(handle);
            assertTrue(registration.await(5, TimeUnit.SECONDS));
            assertSame(IllegalArgumentException.class, registration.cause().getClass());
            for (Class<? extends IoHandle> type : List.of(IoHandle.class, ForeignHandle.class, NioIoHandle.class)) {
                assertFalse(loop.isCompatible(type));
                assertFalse(group.group.isCompatible(type));
            }
            assertTrue(loop.isCompatible(EpollIoHandle.class));
            assertTrue(group.group.isCompatible(EpollIoHandle.class));
            assertAlive(group);
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void aChannelOfAnotherTransport(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1)) {
            Channel channel = new NioSocketChannel();
            Future<Void> registration = group.loop().register(channel).await();
            assertSame(IllegalStateException.class, registration.cause().getClass());
            channel.unsafe().closeForcibly();
            assertAlive(group);
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void aClosedChannel(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1)) {
            Channel channel = new EpollSocketChannel();
            channel.unsafe().closeForcibly();
            Future<Void> registration = group.loop().register(channel).await();
            assertTrue(registration.cause() instanceof ClosedChannelException, "" + registration.cause());
            assertAlive(group);
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void onALoopThatHasShutDown(Mode mode) throws Exception {
        TestGroup group = new TestGroup(mode, 1);
        TestGroup.threadId(group.loop());
        group.close();
        Channel channel = new EpollSocketChannel();
        Future<Void> registration = group.loop().register(channel).await();
        assertTrue(registration.cause() instanceof RejectedExecutionException, "" + registration.cause());
        assertFalse(channel.isOpen());
        FdHandle handle = new FdHandle(Native.newEventFd());
        assertThrows(RejectedExecutionException.class, () -> ((IoEventLoop) group.loop()).register(handle));
        handle.fd.close();
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void anInterestOfAForeignType(Mode mode) throws Exception {
        withHandle(mode, (handle, registration) -> assertThrows(IllegalArgumentException.class,
                () -> registration.submit(new IoOps() { })));
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void anInterestAfterTheCancellation(Mode mode) throws Exception {
        withHandle(mode, (handle, registration) -> {
            assertEquals(EpollIoOps.EPOLLIN.value(), registration.submit(EpollIoOps.EPOLLIN));
            assertTrue(registration.isValid());
            assertTrue(registration.cancel());
            assertFalse(registration.isValid());
            assertFalse(registration.cancel());
            assertEquals(-1, registration.submit(EpollIoOps.EPOLLIN));
            assertEquals(-1, registration.submit(EpollIoOps.NONE));
        });
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void anInterestInAClosedFd(Mode mode) throws Exception {
        withHandle(mode, (handle, registration) -> {
            handle.fd.close();
            assertThrows(UncheckedIOException.class, () -> registration.submit(EpollIoOps.EPOLLIN));
        });
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void anInterestThatIsGivenUpInTheSameTurn(Mode mode) throws Exception {
        withHandle(mode, (handle, registration) -> {
            Native.eventFdWrite(handle.fd.intValue(), 1);
            registration.submit(EpollIoOps.EPOLLIN);
            registration.submit(EpollIoOps.NONE);
            handle.expectNothing = true;
        });
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void theSameFdAgain(Mode mode) throws Exception {
        // Taken back and registered anew, as often as one likes: each registration gets its own events.
        try (TestGroup group = new TestGroup(mode, 1)) {
            FileDescriptor fd = Native.newEventFd();
            Native.eventFdWrite(fd.intValue(), 1);
            for (int i = 0; i < 100; i++) {
                FdHandle handle = new FdHandle(fd);
                IoRegistration registration = ((IoEventLoop) group.loop()).register(handle).sync().getNow();
                TestGroup.run(group.loop(), () -> registration.submit(EpollIoOps.EPOLLIN));
                Await.until("the event has come", 5000, () -> handle.events.size() > 0);
                TestGroup.run(group.loop(), registration::cancel);
                int count = handle.events.size();
                assertEquals(EpollIoOps.EPOLLIN.value(), handle.events.get(0));
                group.loop().submit(() -> { }).sync();
                assertEquals(count, handle.events.size());
            }
            fd.close();
            assertAlive(group);
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void aFileThatCannotBeWatched(Mode mode) throws Exception {
        // epoll refuses a regular file; a ring says that it is ready, always. The handle must hear the same in the end.
        Path file = Files.createTempFile("pollring", "");
        try (TestGroup group = new TestGroup(mode, 1)) {
            FdHandle handle = new FdHandle(FileDescriptor.from(file.toFile()));
            IoRegistration registration = ((IoEventLoop) group.loop()).register(handle).sync().getNow();
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            TestGroup.run(group.loop(), () -> {
                try {
                    registration.submit(EpollIoOps.EPOLLIN);
                } catch (UncheckedIOException e) {
                    thrown.set(e);
                }
            });
            Await.until("the file is refused", 5000, () -> thrown.get() != null || handle.closed);
            TestGroup.run(group.loop(), registration::cancel);
            assertAlive(group);
        } finally {
            Files.delete(file);
        }
    }

    private static void withHandle(Mode mode, Body body) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1)) {
            FdHandle handle = new FdHandle(Native.newEventFd());
            IoRegistration registration = ((IoEventLoop) group.loop()).register(handle).sync().getNow();
            TestGroup.run(group.loop(), () -> body.run(handle, registration));
            Thread.sleep(10);
            assertTrue(!handle.expectNothing || handle.events.isEmpty(), handle.events::toString);
            TestGroup.run(group.loop(), registration::cancel);
            if (handle.fd.isOpen()) {
                handle.fd.close();
            }
            assertAlive(group);
        }
    }

    private static void assertAlive(TestGroup group) throws Exception {
        try (Connection connection = Connection.open(group)) {
            connection.send(1);
            Await.until("the byte is read", 5000, () -> connection.recorder.byteCount() == 1);
        }
    }

    private interface Body {
        void run(FdHandle handle, IoRegistration registration) throws Exception;
    }

    private static final class ForeignHandle implements IoHandle {
        @Override
        public void handle(IoRegistration registration, IoEvent ioEvent) {
            throw new AssertionError(ioEvent);
        }

        @Override
        public void close() {
            throw new AssertionError();
        }
    }

    private static final class FdHandle implements EpollIoHandle {
        final FileDescriptor fd;
        final List<Integer> events = new CopyOnWriteArrayList<>();
        volatile boolean closed;
        volatile boolean expectNothing;

        FdHandle(FileDescriptor fd) {
            this.fd = fd;
        }

        @Override
        public FileDescriptor fd() {
            return fd;
        }

        @Override
        public void handle(IoRegistration registration, IoEvent ioEvent) {
            events.add(((EpollIoEvent) ioEvent).ops().value());
        }

        @Override
        public void close() throws Exception {
            closed = true;
            fd.close();
        }
    }
}
