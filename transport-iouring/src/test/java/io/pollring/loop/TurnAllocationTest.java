/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.Native;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.pollring.channel.IoUring;
import io.pollring.ring.Abi;
import io.pollring.ring.Allocations;
import io.pollring.ring.RingFeature;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Whatever a turn does, on the kernel of this machine, it takes nothing from the heap. */
@Timeout(120)
class TurnAllocationTest {
    private static final EpollIoOps READ = EpollIoOps.valueOf(Abi.POLLIN);
    private static final EpollIoOps PRIORITY = EpollIoOps.valueOf(Abi.POLLPRI);

    private final Driver driver = new Driver();
    private final CountingHandle handle = new CountingHandle();
    private PollLoop loop;
    private IoRegistration registration;

    @BeforeEach
    void open() {
        assumeTrue(IoUring.isAvailable(), "there is no ring to be had");
        LoopSettings settings = new LoopSettings(256, 4096, 0, Long.MAX_VALUE, 1, 0, 0, true, true,
                RingFeature.allowedByProperties());
        loop = new PollLoop(driver, settings, DefaultSelectStrategyFactory.INSTANCE.newSelectStrategy(), driver,
                io.pollring.ring.Native.kernel(), new LoopMemory());
        loop.initialize();
        registration = loop.register(handle);
        registration.submit(READ);
        loop.run(driver);
        assertEquals(1, loop.metrics().pollsArmed.get());
    }

    @AfterEach
    void close() throws IOException {
        if (loop != null) {
            loop.prepareToDestroy();
            loop.destroy();
        }
        handle.close();
    }

    @Test
    void aTurnThatFindsNothingAllocatesNothing() throws Exception {
        Allocations.assertNone(() -> loop.run(driver));
        assertEquals(0, handle.told);
    }

    @Test
    void aWakeUpAllocatesNothing() throws Exception {
        driver.mayBlock = true;
        Allocations.assertNone(() -> {
            long before = loop.metrics().wakeups.get();
            loop.run(driver);
            assertEquals(before + 1, loop.metrics().wakeups.get());
        });
    }

    @Test
    void anotherInterestAllocatesNothing() throws Exception {
        Allocations.assertNone(() -> {
            long before = loop.metrics().pollUpdates.get();
            registration.submit(PRIORITY);
            loop.run(driver);
            registration.submit(READ);
            loop.run(driver);
            assertEquals(before + 2, loop.metrics().pollUpdates.get());
        });
    }

    @Test
    void anEventWhoseHandleTakesAllAllocatesNothing() throws Exception {
        driver.drained = true;
        Allocations.assertNone(() -> {
            long before = handle.told;
            Native.eventFdWrite(handle.fd.intValue(), 1);
            loop.run(driver);
            assertEquals(before + 1, handle.told);
        });
    }

    @Test
    void anEventWhoseHandleLeavesSomethingAllocatesNothing() throws Exception {
        Native.eventFdWrite(handle.fd.intValue(), 1);
        Allocations.assertNone(() -> {
            long before = handle.told;
            loop.run(driver);
            assertTrue(handle.told > before, "what was left is told of again");
        });
    }

    private static final class CountingHandle implements EpollIoHandle {
        private final FileDescriptor fd = Native.newEventFd();
        private long told;

        @Override
        public FileDescriptor fd() {
            return fd;
        }

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            told++;
        }

        @Override
        public void close() throws IOException {
            fd.close();
        }
    }

    /** What is around a loop. It knows of no deadline, and wakes the loop up just before that waits. */
    private final class Driver extends SilentAdapter implements ThreadAwareExecutor, IoHandlerContext {
        private boolean drained;
        private boolean mayBlock;
        private boolean foreign;

        @Override
        public boolean canBlock() {
            return mayBlock;
        }

        /** The last thing that the loop asks before it waits, so the wake-up comes as if from another thread. */
        @Override
        public long deadlineNanos() {
            foreign = true;
            loop.wakeup();
            foreign = false;
            return -1;
        }

        @Override
        public long delayNanos(long currentTimeNanos) {
            return -1;
        }

        @Override
        public boolean isExecutorThread(Thread thread) {
            return !foreign;
        }

        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public boolean isDrained(EpollIoHandle handle) {
            return drained;
        }

        @Override
        public boolean hasStoppedShort(EpollIoHandle handle) {
            return false;
        }

        @Override
        public void failed(EpollIoHandle handle, IOException cause) {
            throw new IllegalStateException(cause);
        }

        @Override
        public void reverted(EpollIoHandle handle) {
            throw new IllegalStateException("the kernel has refused a poll");
        }

        @Override
        public void restored(EpollIoHandle handle) {
            throw new IllegalStateException("the kernel has refused a poll");
        }
    }
}
