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
 * first writes; and none writes while the loop watches the state, which takes no system call on either side.
 * src/test/promela/waker.pml models the protocol: change both.
 *
 * <p>{@link #wakeup()} may be called by any thread; the rest belongs to the loop's.
 */
class Waker {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(Waker.class);

    /** The loop sleeps, or is about to. Without it, it runs, and looks for tasks before it sleeps. */
    private static final int SLEEPING = 1;
    /** The loop watches this state, or is about to: to take the bit away wakes it. */
    private static final int WATCHING = 1 << 1;
    /** The eventfd is closed, or about to be. */
    private static final int CLOSED = 1 << 2;
    /**
     * Counts the threads inside a write that ends a sleep: the eventfd must stay open until they are out again. The loop
     * does not wait for them. A thread that wakes the loop on its own core is preempted by it before it is out.
     */
    private static final int WRITER = 1 << 3;

    private final AtomicInteger state = new AtomicInteger();
    private final FileDescriptor eventFd = Native.newEventFd();

    int fd() {
        return eventFd.intValue();
    }

    /** Ends the loop's sleep; nothing happens if it does not sleep. */
    void wakeup() {
        // The caller has published a task and now reads the state; the loop writes the state and then looks for tasks.
        // A full fence on both sides (the loop's is its CAS), or each could miss the other's write.
        VarHandle.fullFence();
        int current = state.get();
        while ((current & (SLEEPING | WATCHING)) != 0) {
            if ((current & WATCHING) != 0) {
                if (state.compareAndSet(current, current & ~WATCHING)) {
                    return;
                }
            } else if (state.compareAndSet(current, (current & ~SLEEPING) + WRITER)) {
                try {
                    write();
                } finally {
                    state.getAndAdd(-WRITER);
                }
                return;
            }
            current = state.get();
        }
    }

    void write() {
        Native.eventFdWrite(eventFd.intValue(), 1L);
    }

    /**
     * Announces a sleep. The caller must then look for tasks once more, and call {@link #awake()} in the end. If the write
     * of an earlier wake-up is still to come, it ends this sleep without need.
     */
    void prepareToSleep() {
        add(SLEEPING);
    }

    /**
     * Announces that the loop is going to watch {@link #isWatched()}. The caller must then look for tasks once more, and call
     * {@link #awake()} in the end.
     */
    void prepareToWatch() {
        add(WATCHING);
    }

    private void add(int bit) {
        int current;
        do {
            current = state.get();
        } while (!state.compareAndSet(current, current | bit));
    }

    /** Whether nobody has woken the loop since {@link #prepareToWatch()}. */
    boolean isWatched() {
        return (state.get() & WATCHING) != 0;
    }

    /**
     * The loop has watched for long enough, and goes on to sleep. It need not look for tasks again: whoever gives it one takes
     * the bit away.
     *
     * @return {@code false} if that has happened, so that it must not sleep
     */
    boolean sleepInstead() {
        int current;
        do {
            current = state.get();
            if ((current & WATCHING) == 0) {
                return false;
            }
        } while (!state.compareAndSet(current, current & ~WATCHING | SLEEPING));
        return true;
    }

    /** The sleep, or the watch, is over, whoever has ended it. */
    void awake() {
        int current;
        do {
            current = state.get();
        } while ((current & (SLEEPING | WATCHING)) != 0
                && !state.compareAndSet(current, current & ~(SLEEPING | WATCHING)));
    }

    /** Waits for writes under way, then closes the eventfd: a write must never hit a stranger's reused fd. */
    void close() {
        int current;
        do {
            current = state.get();
            if ((current & CLOSED) != 0) {
                return;
            }
        } while (!state.compareAndSet(current, current & ~(SLEEPING | WATCHING) | CLOSED));
        while (state.get() != CLOSED) {
            Thread.yield();
        }
        try {
            eventFd.close();
        } catch (IOException e) {
            logger.warn("Could not close the eventfd {}", eventFd, e);
        }
    }
}
