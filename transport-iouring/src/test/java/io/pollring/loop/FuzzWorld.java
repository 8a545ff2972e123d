/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.Native;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.pollring.ring.Abi;
import io.pollring.ring.FakeFiles;
import io.pollring.ring.FakeKernel;
import io.pollring.ring.FakeStream;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A {@link PollLoop} on a {@link FakeKernel}, the handles on it, and what is watched of both in every turn. */
final class FuzzWorld implements ThreadAwareExecutor, IoHandlerContext, HandleAdapter {
    final FuzzProfile profile;
    final FakeKernel kernel;
    final FuzzFaults faults;
    final PollLoop loop;
    final List<FuzzHandle> handles = new ArrayList<>();
    private final Random random;
    private final FuzzTrace trace;
    private final FuzzAudit audit = new FuzzAudit(this);
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private FuzzReactions reactions;
    private boolean inLoop = true;
    private boolean asleep;
    private boolean woken;
    private boolean slept;
    private int handleCount;
    private AssertionError violation;

    FuzzWorld(FuzzProfile profile, Random random, boolean tracing) {
        this.profile = profile;
        this.random = random;
        trace = new FuzzTrace(tracing);
        kernel = new FakeKernel(profile.offer(), Native.sizeofEpollEvent(), Native.offsetofEpollData());
        faults = new FuzzFaults(random, profile);
        kernel.use(faults);
        kernel.onSleep(this::sleeping);
        loop = new PollLoop(this, profile.settings(), DefaultSelectStrategyFactory.INSTANCE.newSelectStrategy(), this,
                kernel, new FuzzLoopMemory(faults));
    }

    void use(FuzzReactions reactions) {
        this.reactions = reactions;
    }

    FakeFiles files() {
        return kernel.files();
    }

    // What the loop sees of its executor

    @Override
    public boolean isExecutorThread(Thread thread) {
        return inLoop;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (!inLoop) {
            wakeUp();
        }
    }

    @Override
    public boolean canBlock() {
        return tasks.isEmpty();
    }

    @Override
    public long delayNanos(long currentTimeNanos) {
        return -1;
    }

    @Override
    public long deadlineNanos() {
        return -1;
    }

    /** As another thread does that has just published a task. */
    private void wakeUp() {
        loop.wakeup();
        // The real eventfd was written; that the fake kernel's is, it has to be told. Once too often does no harm. It
        // is the first of the process's fds that the loop uses, even before the ring is enabled.
        if (!files().adopted().isEmpty()) {
            files().adopted().get(0).fire(Abi.POLLIN);
        }
        woken |= asleep;
    }

    /** The loop waits, and nothing is under way that would end the wait. */
    private boolean sleeping() {
        slept = true;
        if (woken) {
            violated(null, "a wake-up did not end the wait");
            return false;
        }
        audit.checkThatItMaySleep();
        asleep = true;
        try {
            return asOtherThread(reactions::whileAsleep);
        } finally {
            asleep = false;
        }
    }

    boolean asOtherThread(BooleanSupplier action) {
        inLoop = false;
        try {
            return action.getAsBoolean();
        } finally {
            inLoop = true;
        }
    }

    // What the loop tells of handles

    @Override
    public void reading(EpollIoHandle handle) {
        // The fuzz's handles keep no result of an earlier read.
    }

    @Override
    public boolean isDrained(EpollIoHandle handle) {
        boolean empty = handle instanceof FuzzStream ? ((FuzzStream) handle).hasReadLast()
                : (((FuzzHandle) handle).file.ready() & Abi.POLLIN) == 0;
        return empty && reactions.knowsItIsDrained();
    }

    /** Says so of half of the handles, whatever they have left behind. */
    @Override
    public boolean hasStoppedShort(EpollIoHandle handle) {
        return ((FuzzHandle) handle).number % 2 == 0;
    }

    @Override
    public void failed(EpollIoHandle epollHandle, IOException cause) {
        FuzzHandle handle = (FuzzHandle) epollHandle;
        trace(handle, () -> "cannot be watched: " + cause.getMessage());
        // What it has thrown comes with it, if that was too often.
        if (!handle.regular && !handle.isClosed() && !faults.badFdAnswered && cause.getCause() == null) {
            violated(handle, "was told that it cannot be watched: " + cause);
        }
        if (handle.failed) {
            violated(handle, "was told twice that it cannot be watched: " + cause);
        }
        handle.failed = true;
        if (!handle.fd().isOpen() && reactions.leavesWhatIsClosed()) {
            // Another thread may have closed it, and is about to cancel it.
            return;
        }
        cancel(handle);
        handle.closeFd();
    }

    @Override
    public void registered(EpollIoHandle handle) {
        trace((FuzzHandle) handle, () -> "is registered");
    }

    @Override
    public void unregistered(EpollIoHandle handle) {
        trace((FuzzHandle) handle, () -> "is not registered any more");
    }

    @Override
    public void reverted(EpollIoHandle handle) {
        trace((FuzzHandle) handle, () -> "is reverted");
    }

    @Override
    public void restored(EpollIoHandle handle) {
        trace((FuzzHandle) handle, () -> "is restored");
    }

    // What handles and their users do

    FuzzHandle register(int fd, boolean regular) {
        return register(new FuzzHandle(this, handleCount++, fd, regular));
    }

    FuzzHandle registerStream(int fd) {
        return registerStream(fd, new FuzzBytes((FakeStream) files().get(fd), this));
    }

    FuzzHandle registerStream(int fd, FuzzBytes bytes) {
        return register(new FuzzStream(this, handleCount++, fd, bytes, random));
    }

    private FuzzHandle register(FuzzHandle handle) {
        handle.registration = (PollRegistration) loop.register(handle);
        handles.add(handle);
        return handle;
    }

    void submit(FuzzHandle handle, int mask) {
        trace(handle, () -> (inLoop ? "" : "from outside ") + "submits " + PollNames.of(mask));
        long answer = handle.registration.submit(EpollIoOps.valueOf(mask));
        if (answer != (handle.cancelled ? -1 : mask)) {
            violated(handle, "submit(" + mask + ") answered " + answer);
        }
        if (inLoop) {
            desire(handle, mask);
        } else {
            // Behind the task that has brought the mask to the loop.
            execute(() -> desire(handle, mask));
        }
    }

    private static void desire(FuzzHandle handle, int mask) {
        if (!handle.cancelled) {
            // Told again, if need be.
            handle.failed = false;
            handle.desire(mask);
        }
    }

    void cancel(FuzzHandle handle) {
        trace(handle, () -> (inLoop ? "" : "from outside ") + "is cancelled");
        if (handle instanceof FuzzStream && !handle.cancelled) {
            ((FuzzStream) handle).settle();
            if (handle.cancelled) {
                // By what it was told.
                return;
            }
        }
        boolean answer = handle.registration.cancel();
        if (answer == handle.cancelled) {
            violated(handle, "cancel() answered " + answer);
        }
        if (handle.cancelled) {
            return;
        }
        handle.cancelled = true;
        handle.desired = 0;
        if (inLoop && !handle.registration.state.isClosed()) {
            violated(handle, "was not closed by its cancellation");
        }
    }

    // Turns

    /** @return whether the loop slept */
    boolean turn() {
        slept = false;
        woken = false;
        loop.run(this);
        faults.ringBroken = false;
        checkAll();
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
        checkAll();
        handles.removeIf(handle -> handle.cancelled && handle.unregistered
                && handle.registration.slot == PollRegistration.NO_SLOT);
        return slept;
    }

    /** Whether each poll has ended with exactly one completion, so that polls can be counted. */
    boolean isExact() {
        return profile.isExact() && !faults.hasForgotten;
    }

    /** Whether whatever was taken back from the kernel is known to be gone. */
    boolean isSound() {
        return isExact() && !faults.ringBroken && loop.metrics().removalsUnconfirmed.get() == 0;
    }

    FuzzMemory memory() {
        return FuzzMemory.shared();
    }

    /** A stream was told what it has sent. */
    void hasSent(FuzzStream handle) {
        reactions.hasSent(handle);
    }

    private void checkAll() {
        if (violation != null) {
            throw violation;
        }
        audit.checkRequests();
    }

    void react(FuzzHandle handle, int events) {
        reactions.react(handle, events);
    }

    void violated(FuzzHandle handle, String what) {
        if (violation == null) {
            violation = new AssertionError((handle == null ? "" : handle + " ") + what);
        }
    }

    void trace(FuzzHandle handle, Supplier<String> what) {
        trace.add(handle, what);
    }

    FuzzTrace trace() {
        return trace;
    }
}
