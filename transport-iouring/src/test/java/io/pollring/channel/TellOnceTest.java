/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.pollring.ring.Abi;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A handle of the user's own that asks with EPOLLONESHOT. */
class TellOnceTest {
    private static final int ONCE = 1 << 30;
    private static final int QUIET_MILLIS = 50;
    /** More than the tasks that a test gives the loop, and far fewer than a loop makes that spins. */
    private static final int MAX_TURNS = 100;

    @ParameterizedTest
    @EnumSource(Mode.class)
    void isToldOnceForEachSubmit(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1)) {
            FileDescriptor[] pipe = FileDescriptor.pipe();
            Listener listener = new Listener(pipe[0]);
            IoRegistration registration =
                    ((IoEventLoop) group.loop()).register(listener).sync().getNow();
            TestGroup.run(group.loop(), () -> registration.submit(EpollIoOps.valueOf(Abi.POLLIN | ONCE)));
            ByteBuffer bytes = ByteBuffer.allocateDirect(1);
            pipe[1].write(bytes, 0, 1);
            assertTold(group, listener, List.of(Abi.POLLIN));
            pipe[1].write(bytes, 0, 1);
            assertTold(group, listener, List.of(Abi.POLLIN));
            TestGroup.run(group.loop(), () -> registration.submit(EpollIoOps.valueOf(Abi.POLLIN | ONCE)));
            assertTold(group, listener, List.of(Abi.POLLIN, Abi.POLLIN));
            pipe[1].close();
            assertTold(group, listener, List.of(Abi.POLLIN, Abi.POLLIN));
            TestGroup.run(group.loop(), () -> registration.submit(EpollIoOps.valueOf(Abi.POLLIN | ONCE)));
            assertTold(group, listener, List.of(Abi.POLLIN, Abi.POLLIN, Abi.POLLIN | Abi.POLLHUP));
            TestGroup.run(group.loop(), registration::cancel);
            pipe[0].close();
        }
    }

    private static void assertTold(TestGroup group, Listener listener, List<Integer> events) throws Exception {
        Await.until("it is told", 5000, () -> listener.events.size() >= events.size());
        long turns = group.turns();
        Thread.sleep(QUIET_MILLIS);
        assertEquals(events, listener.events);
        assertTrue(group.turns() - turns < MAX_TURNS, () -> group.turns() - turns + " turns");
    }

    private static final class Listener implements EpollIoHandle {
        final List<Integer> events = new CopyOnWriteArrayList<>();
        private final FileDescriptor fd;

        Listener(FileDescriptor fd) {
            this.fd = fd;
        }

        @Override
        public FileDescriptor fd() {
            return fd;
        }

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            events.add(((EpollIoEvent) event).ops().value());
        }

        @Override
        public void close() {
            // The test does.
        }
    }
}
