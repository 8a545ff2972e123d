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
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.SelectStrategy;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.Native;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.pollring.ring.FakeFile;
import io.pollring.ring.FakeKernel;
import io.pollring.ring.FakeOffer;
import io.pollring.ring.RingFeature;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** A {@link PollLoop} on a {@link FakeKernel}, driven turn by turn by a test. */
final class FakeLoop extends SilentAdapter implements ThreadAwareExecutor, IoHandlerContext, AutoCloseable {
    final FakeKernel kernel;
    final PollLoop loop;
    final List<IOException> failures = new ArrayList<>();
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    boolean inLoop = true;
    boolean mayBlock = true;
    /** What {@link #isDrained} answers. */
    boolean drained;
    /** What {@link #hasStoppedShort} answers. */
    boolean stopsShort;
    private boolean slept;
    private final IoHandlerContext context;
    /** When the next task is due, or -1. */
    long deadlineNanos = -1;

    FakeLoop(FakeOffer offer, int sqEntries, int cqEntries) {
        this(offer, sqEntries, cqEntries, 0);
    }

    FakeLoop(FakeOffer offer, int sqEntries, int cqEntries, long idleNanos) {
        // Sends wait for all of a turn's handles, whatever the clock says.
        this(offer, new LoopSettings(sqEntries, cqEntries, 0, Long.MAX_VALUE, 1, idleNanos, 0, true, false,
                EnumSet.allOf(RingFeature.class)));
    }

    FakeLoop(FakeOffer offer, LoopSettings settings) {
        this(offer, settings, new LoopMemory(), new Wrapper());
    }

    FakeLoop(FakeOffer offer, LoopSettings settings, LoopMemory memory, Wrapper wrapper) {
        kernel = new FakeKernel(offer, Native.sizeofEpollEvent(), Native.offsetofEpollData());
        kernel.onSleep(() -> {
            slept = true;
            return false;
        });
        context = wrapper.wrap(IoHandlerContext.class, this);
        loop = new PollLoop(wrapper.wrap(ThreadAwareExecutor.class, this), settings,
                wrapper.wrap(SelectStrategy.class, DefaultSelectStrategyFactory.INSTANCE.newSelectStrategy()),
                wrapper.wrap(HandleAdapter.class, this), kernel, memory);
    }

    /** One turn and the tasks after it. */
    boolean turn() {
        slept = false;
        loop.run(context);
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
        return slept;
    }

    void turns(int count) {
        for (int i = 0; i < count; i++) {
            turn();
        }
    }

    /** @return how many turns it took until the loop slept, or -1 if it did not within {@code limit} turns */
    int turnsUntilAsleep(int limit) {
        for (int i = 0; i < limit; i++) {
            if (turn()) {
                return i;
            }
        }
        return -1;
    }

    /** Turns until the loop sleeps, which it has to within so many. */
    void sleep(int limit) {
        assertTrue(turnsUntilAsleep(limit) >= 0, "the loop sleeps");
    }

    Handle open() {
        Handle handle = new Handle(kernel.files().open());
        handle.registration = (PollRegistration) loop.register(handle);
        return handle;
    }

    /** @param room how much its peer takes */
    FakeStreamHandle openStream(int room) {
        return register(new FakeStreamHandle(this, kernel.files().openStream(1, room)));
    }

    /** Of a handle for which nothing may be received that it has not asked for. */
    FakeStreamHandle openStreamOfPieces() {
        return register(new FakeStreamHandle(this, kernel.files().openStream(1, 0), false));
    }

    private FakeStreamHandle register(FakeStreamHandle handle) {
        handle.registration = (PollRegistration) loop.register(handle);
        return handle;
    }

    Handle openRegularFile() {
        Handle handle = new Handle(kernel.files().openRegular());
        handle.registration = (PollRegistration) loop.register(handle);
        return handle;
    }

    @Override
    public boolean isExecutorThread(Thread thread) {
        return inLoop;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public boolean canBlock() {
        return mayBlock && tasks.isEmpty();
    }

    @Override
    public long delayNanos(long currentTimeNanos) {
        return deadlineNanos < 0 ? -1 : Math.max(0, deadlineNanos - currentTimeNanos);
    }

    @Override
    public long deadlineNanos() {
        return deadlineNanos;
    }

    @Override
    public boolean shouldReportActiveIoTime() {
        return deadlineNanos >= 0;
    }

    @Override
    public boolean isDrained(EpollIoHandle handle) {
        return drained;
    }

    @Override
    public boolean hasStoppedShort(EpollIoHandle handle) {
        return stopsShort;
    }

    @Override
    public void failed(EpollIoHandle handle, IOException cause) {
        failures.add(cause);
    }

    @Override
    public void reverted(EpollIoHandle handle) {
        if (handle instanceof Handle) {
            ((Handle) handle).reverted = true;
        }
    }

    @Override
    public void restored(EpollIoHandle handle) {
        if (handle instanceof Handle) {
            ((Handle) handle).reverted = false;
        }
    }

    @Override
    public void close() {
        loop.prepareToDestroy();
        loop.destroy();
    }

    /** What stands between a loop and those whom it calls. */
    static class Wrapper {
        <T> T wrap(Class<T> type, T object) {
            return object;
        }
    }

    /** Remembers what it is told, and leaves everything behind unless {@link #reaction} takes it. */
    class Handle implements EpollIoHandle {
        final List<Integer> told = new ArrayList<>();
        final FakeFile file;
        private final FileDescriptor fd;
        PollRegistration registration;
        Consumer<Integer> reaction = events -> { };
        boolean reverted;
        int unregistered;

        Handle(int fd) {
            file = kernel.files().get(fd);
            this.fd = new FileDescriptor(fd) {
                @Override
                public void close() {
                    if (markClosed()) {
                        kernel.files().close(intValue());
                    }
                }
            };
        }

        Handle submit(int mask) {
            registration.submit(EpollIoOps.valueOf(mask));
            return this;
        }

        void closeFd() {
            try {
                fd.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public FileDescriptor fd() {
            return fd;
        }

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            int events = ((EpollIoEvent) event).ops().value();
            told.add(events);
            reaction.accept(events);
        }

        @Override
        public void unregistered() {
            unregistered++;
        }

        @Override
        public void close() {
            closeFd();
        }
    }
}
