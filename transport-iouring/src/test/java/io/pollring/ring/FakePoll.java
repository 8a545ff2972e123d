/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

/** An armed poll of a {@link FakeRing}. It holds its file until its work after the last event is done. */
final class FakePoll extends FakeRequest {
    final boolean multishot;
    int events;
    /** What has happened and is not told yet. */
    private int pending;
    /** A cancellation came too late for it: it will end with its event. */
    private boolean ending;
    /** Tells all that is ready the next time. */
    private boolean looksAgain;

    FakePoll(FakeRequests requests, FakeFile file, FakeSqe sqe) {
        super(requests, file, sqe);
        multishot = (sqe.len & Abi.POLL_ADD_MULTI) != 0;
        events = sqe.events;
    }

    /** The kernel adds these three to every poll. */
    private int mask() {
        return events | Abi.POLLERR | Abi.POLLHUP | Abi.POLLRDHUP;
    }

    private int ready() {
        return file.ready() & mask();
    }

    @Override
    public void woken(int bits) {
        int hit = bits & mask();
        if (hit != 0 && !cancelled) {
            pending |= hit;
            requests.queue(this);
        }
    }

    @Override
    void start() {
        if (!multishot && ready() != 0) {
            requests.end(this, ready(), 0);
        } else {
            look();
        }
    }

    /** Looks at the file when it is armed or changed. */
    private void look() {
        int now = ready();
        if (now != 0) {
            woken(now);
        }
    }

    /** @return the answer of the update */
    int update(int events) {
        if (queued) {
            // Measured: the event that is under way then tells all that is ready, not just what woke the poll.
            looksAgain = true;
            return -Errno.EALREADY;
        }
        this.events = events;
        look();
        return 0;
    }

    @Override
    boolean isBeyondCancelling() {
        ending |= !multishot && requests.faults().eventWins();
        return ending;
    }

    @Override
    void work() {
        int result = ending || !looksAgain && requests.faults().tellsWakeUp() ? pending : ready();
        pending = 0;
        looksAgain = false;
        // A multishot poll ends, too, when its event finds the queue full.
        if (result != 0 && !(multishot && requests.postMore(this, result, 0))) {
            requests.end(this, result, 0);
        }
    }

    @Override
    public String toString() {
        return "FakePoll(userData: 0x" + Long.toHexString(userData) + ", events: 0x" + Integer.toHexString(events)
                + ", pending: 0x" + Integer.toHexString(pending) + (multishot ? ", multishot" : "")
                + (cancelled ? ", cancelled" : "") + ')';
    }
}
