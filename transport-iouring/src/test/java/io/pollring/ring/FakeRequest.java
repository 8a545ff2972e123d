/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

/** A request of a {@link FakeRing} that waits for its file. */
abstract class FakeRequest implements FakeFile.Waiter {
    final FakeRequests requests;
    final FakeFile file;
    final long userData;
    boolean cancelled;
    /** Whether it stands in the list of work. */
    boolean queued;
    /** The number of enters until the ring may do its work. */
    int lateness;

    FakeRequest(FakeRequests requests, FakeFile file, FakeSqe sqe) {
        this.requests = requests;
        this.file = file;
        userData = sqe.userData;
        file.retain();
        file.add(this);
    }

    /** Does what it can do now: when it starts, and each time it was woken. */
    abstract void start();

    /** Does what it was woken for. */
    abstract void work();

    /** A cancellation has found it. @return its answer */
    int cancel() {
        if (cancelled) {
            return -Errno.EALREADY;
        }
        if (queued && isBeyondCancelling()) {
            return -Errno.EALREADY;
        }
        cancelled = true;
        requests.queue(this);
        return 0;
    }

    /** Whether a cancellation comes too late for the event that is under way. */
    abstract boolean isBeyondCancelling();

    @Override
    public void released() {
        throw new AssertionError("a file was released although a request holds it");
    }
}
