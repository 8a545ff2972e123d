/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.util.ArrayList;
import java.util.List;

/** An open file of a {@link FakeKernel}: its readiness is set by the test, and those who wait for it are told. */
public class FakeFile {
    private final boolean pollable;
    private final List<Waiter> waiters = new ArrayList<>();
    private int ready;
    private int everReady;
    private int references = 1;

    /** Somebody who hears of readiness: a poll, or the entry of an epoll set. */
    interface Waiter {
        /** @param bits what has happened, though it may have been ready before */
        void woken(int bits);

        /** The last reference to the file is gone. */
        void released();
    }

    /** @param pollable {@code false} for a file without a wait queue, as a regular file */
    FakeFile(boolean pollable) {
        this.pollable = pollable;
    }

    boolean isPollable() {
        return pollable;
    }

    /** What is ready now. */
    public int ready() {
        return ready;
    }

    /** What has been ready at any time: nobody may ever be told of anything else. */
    public int everReady() {
        return everReady;
    }

    /** {@code bits} happen: they are ready from now on, and whoever waits is told even if they were ready before. */
    public void fire(int bits) {
        ready |= bits;
        everReady |= bits;
        wake(bits);
    }

    /** {@code bits} are not ready any more; nobody is told. */
    public void clear(int bits) {
        ready &= ~bits;
    }

    void wake(int bits) {
        for (Waiter waiter : new ArrayList<>(waiters)) {
            waiter.woken(bits);
        }
    }

    void add(Waiter waiter) {
        waiters.add(waiter);
    }

    void remove(Waiter waiter) {
        waiters.remove(waiter);
    }

    void retain() {
        references++;
    }

    void release() {
        if (--references < 0) {
            throw new AssertionError("a file was released more often than retained");
        }
        if (references == 0) {
            for (Waiter waiter : new ArrayList<>(waiters)) {
                waiter.released();
            }
            waiters.clear();
            closed();
        }
    }

    /** Whether the last reference is gone: only then does a socket's peer see its end. */
    public boolean isReleased() {
        return references == 0;
    }

    /** Called when the last reference is gone. */
    void closed() {
        // A plain file has nothing else to give back.
    }
}
