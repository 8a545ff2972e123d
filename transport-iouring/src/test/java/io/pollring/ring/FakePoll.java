/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

/** An armed poll of a {@link FakeRing}. It holds its file until its work after the last event is done. */
final class FakePoll implements FakeFile.Waiter {
    final FakePolls polls;
    final FakeFile file;
    final long userData;
    final boolean multishot;
    int events;
    /** What has happened and is not told yet. */
    int pending;
    boolean cancelled;
    /** A cancellation came too late for it: it will end with its event. */
    boolean ending;
    /** Tells all that is ready the next time. */
    boolean looksAgain;
    /** Whether it stands in the list of work. */
    boolean queued;
    /** The number of enters until the ring may do its work. */
    int lateness;

    FakePoll(FakePolls polls, FakeFile file, FakeSqe sqe) {
        this.polls = polls;
        this.file = file;
        userData = sqe.userData;
        multishot = (sqe.len & Abi.POLL_ADD_MULTI) != 0;
        events = sqe.events;
        file.retain();
        if (file.isPollable()) {
            file.add(this);
        }
    }

    /** The kernel adds these three to every poll. */
    int mask() {
        return events | Abi.POLLERR | Abi.POLLHUP | Abi.POLLRDHUP;
    }

    int ready() {
        return file.ready() & mask();
    }

    @Override
    public void woken(int bits) {
        int hit = bits & mask();
        if (hit != 0 && !cancelled) {
            pending |= hit;
            polls.queue(this);
        }
    }

    /** Looks at the file when it is armed or changed. */
    void look() {
        int now = ready();
        if (now != 0) {
            woken(now);
        }
    }

    @Override
    public void released() {
        throw new AssertionError("a file was released although a poll holds it");
    }

    @Override
    public String toString() {
        return "FakePoll(userData: 0x" + Long.toHexString(userData) + ", events: 0x" + Integer.toHexString(events)
                + ", pending: 0x" + Integer.toHexString(pending) + (multishot ? ", multishot" : "")
                + (cancelled ? ", cancelled" : "") + ')';
    }
}
