/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.epoll.Native;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Wakes a sleeping loop through an eventfd that is watched edge-triggered and never read. Of many wake-ups only the
 * first writes.
 *
 * <p>{@link #wakeup()} may be called by any thread; the rest belongs to the loop's.
 */
final class Waker {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(Waker.class);

    /** The loop runs, and looks for tasks before it sleeps. */
    private static final int AWAKE = 0;
    /** The loop sleeps, or is about to. */
    private static final int SLEEPING = 1;
    /** Another thread is inside the write that ends the sleep. The eventfd must stay open until it is out again. */
    private static final int WRITING = 2;
    /** The eventfd is closed. */
    private static final int CLOSED = 3;

    private final AtomicInteger state = new AtomicInteger(AWAKE);
    private final FileDescriptor eventFd = Native.newEventFd();

    int fd() {
        return eventFd.intValue();
    }

    /** Ends the loop's sleep; nothing happens if it does not sleep. */
    void wakeup() {
        // The caller has published a task and now reads the state; the loop writes the state and then looks for tasks.
        // A full fence on both sides (the loop's is its CAS), or each could miss the other's write.
        VarHandle.fullFence();
        if (state.get() == SLEEPING && state.compareAndSet(SLEEPING, WRITING)) {
            try {
                Native.eventFdWrite(eventFd.intValue(), 1L);
            } finally {
                state.set(AWAKE);
            }
        }
    }

    /**
     * Announces a sleep. The caller must then look for tasks once more, and call {@link #awake()} in the end.
     *
     * @return {@code false} if the loop must not sleep, because a write whose event it has already seen is not over:
     *         a wake-up that came now would rely on it
     */
    boolean prepareToSleep() {
        return state.compareAndSet(AWAKE, SLEEPING);
    }

    /** The sleep is over. */
    void awake() {
        // Fails if another thread has ended the sleep, which sets the state itself.
        state.compareAndSet(SLEEPING, AWAKE);
    }

    /** Waits for a write under way, then closes the eventfd: a write must never hit a stranger's reused fd. */
    void close() {
        for (;;) {
            int current = state.get();
            if (current == CLOSED) {
                return;
            }
            if (current != WRITING && state.compareAndSet(current, CLOSED)) {
                break;
            }
            Thread.onSpinWait();
        }
        try {
            eventFd.close();
        } catch (IOException e) {
            logger.warn("Could not close the eventfd {}", eventFd, e);
        }
    }
}
