/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.Native;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.ReferenceCountUtil;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Whatever is thrown inside a loop, the loop and its other channels go on. */
class FailingHandlerTest {

    @ParameterizedTest
    @EnumSource(Setup.class)
    void aHandlerThatThrowsHearsOfItAndGoesOn(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(1);
             Connection healthy = Connection.open(group);
             Connection failing = Connection.open(group, new Thrower(), bootstrap -> { })) {
            for (int i = 1; i <= 12; i++) {
                failing.send(1);
                int count = i;
                Await.until("exception " + i, 5000, () -> failing.recorder.exceptions.size() == count);
                healthy.send(1);
                Await.until("byte " + i, 5000, () -> healthy.recorder.byteCount() == count);
            }
            assertTrue(failing.recorder.exceptions.get(1) instanceof StackOverflowError);
            assertTrue(failing.channel.isActive());
        }
    }

    /** An exception that makes its handler read, and so makes the next, would never come to an end. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void aHandlerThatReadsOnAfterAResetHearsOfItOnce(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(1)) {
            for (boolean autoRead : new boolean[] {true, false}) {
                for (boolean halfClosure : new boolean[] {true, false}) {
                    Recorder recorder = new ReadingThrower();
                    Connection failing = Connection.open(group, recorder, bootstrap -> bootstrap
                            .childOption(ChannelOption.AUTO_READ, autoRead)
                            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure));
                    failing.channel.read();
                    failing.send(1);
                    Await.until("the byte is read", 5000, () -> recorder.byteCount() == 1);
                    failing.resetByPeer();
                    Await.until("the reset is told", 5000, () -> recorder.exceptions.size() > 0);
                    if (!halfClosure) {
                        assertTrue(recorder.inactive.await(5, TimeUnit.SECONDS));
                    }
                    long turns = group.turns();
                    int completes = recorder.readCompletes.get();
                    Thread.sleep(20);
                    assertTrue(group.turns() - turns < 20, "the loop is busy");
                    assertEquals(completes, recorder.readCompletes.get());
                    assertEquals(1, recorder.exceptions.size(), recorder.exceptions::toString);
                    assertInstanceOf(IOException.class, recorder.exceptions.get(0));
                    assertEquals(halfClosure, failing.channel.isOpen());
                    failing.close();
                }
            }
        }
    }

    // An Error out of a handle ends Netty's own loop.
    @ParameterizedTest
    @EnumSource(value = Setup.class, mode = EnumSource.Mode.EXCLUDE, names = "EPOLL")
    void aHandleThatThrowsAnythingHarmsNobodyElse(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(1); Connection healthy = Connection.open(group)) {
            ThrowingHandle handle = new ThrowingHandle();
            IoRegistration registration = ((IoEventLoop) group.loop()).register(handle).sync().getNow();
            TestGroup.run(group.loop(), () -> registration.submit(EpollIoOps.EPOLLIN));
            Native.eventFdWrite(handle.fd.intValue(), 1);
            Await.until("the handle was called", 5000, () -> handle.calls.get() >= 2);
            for (int i = 1; i <= 5; i++) {
                healthy.send(1);
                int count = i;
                Await.until("byte " + i, 5000, () -> healthy.recorder.byteCount() == count);
            }
            TestGroup.run(group.loop(), registration::cancel);
            int calls = handle.calls.get();
            group.loop().submit(() -> { }).sync();
            assertEquals(calls, handle.calls.get());
            handle.fd.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void aTaskThatThrowsHarmsNobodyElse(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(1); Connection healthy = Connection.open(group)) {
            group.loop().execute(() -> {
                throw new IllegalStateException("expected by the test");
            });
            group.loop().schedule((Runnable) () -> {
                throw new StackOverflowError("expected by the test");
            }, 1, TimeUnit.MILLISECONDS).await();
            healthy.send(1);
            Await.until("the byte is read", 5000, () -> healthy.recorder.byteCount() == 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void aHandlerMayCloseAnyChannelFromAnywhere(Setup setup) throws Exception {
        // All of them are ready in the same turn; the first to be served closes the others.
        Connection[] connections = new Connection[20];
        AtomicInteger served = new AtomicInteger();
        try (TestGroup group = setup.newGroup(1)) {
            for (int i = 0; i < connections.length; i++) {
                connections[i] = Connection.open(group, new Recorder() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object msg) {
                        served.incrementAndGet();
                        ReferenceCountUtil.release(msg);
                        for (Connection other : connections) {
                            other.channel.close();
                        }
                    }
                }, bootstrap -> { });
            }
            TestGroup.run(group.loop(), () -> {
                for (Connection connection : connections) {
                    connection.send(1);
                }
            });
            for (Connection connection : connections) {
                assertTrue(connection.recorder.inactive.await(5, TimeUnit.SECONDS));
                assertEquals("[]", connection.recorder.exceptions.toString());
            }
            assertEquals(1, served.get());
            Channel listener = group.listen(TestGroup.IGNORE, bootstrap -> { });
            assertTrue(listener.isActive());
        } finally {
            for (Connection connection : connections) {
                connection.close();
            }
        }
    }

    private static final class Thrower extends Recorder {
        private int reads;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ReferenceCountUtil.release(msg);
            switch (reads++ % 4) {
                case 0:
                    throw new IllegalStateException("expected by the test");
                case 1:
                    throw new StackOverflowError("expected by the test");
                case 2:
                    throw new AssertionError("expected by the test");
                default:
                    throw new NoClassDefFoundError("expected by the test");
            }
        }
    }

    private static final class ReadingThrower extends Recorder {
        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
            super.channelReadComplete(ctx);
            ctx.read();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            super.exceptionCaught(ctx, cause);
            ctx.read();
            throw new IllegalStateException("expected by the test");
        }
    }

    /** Is ready and stays so: each turn calls it again, unless somebody takes offence. */
    private static final class ThrowingHandle implements EpollIoHandle {
        final FileDescriptor fd = Native.newEventFd();
        final AtomicInteger calls = new AtomicInteger();

        @Override
        public FileDescriptor fd() {
            return fd;
        }

        @Override
        public void handle(IoRegistration registration, IoEvent ioEvent) {
            if (calls.getAndIncrement() % 2 == 0) {
                throw new IllegalStateException("expected by the test");
            }
            throw new AssertionError("expected by the test");
        }

        @Override
        public void close() {
            throw new UnsupportedOperationException();
        }
    }
}
