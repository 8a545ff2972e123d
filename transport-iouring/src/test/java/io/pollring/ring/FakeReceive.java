/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

/**
 * A receive of a {@link FakeRing}: a multishot one, perhaps up to a limit, or one that waits for something and then
 * receives once.
 */
final class FakeReceive extends FakeRequest {
    private static final int WAKES = Abi.POLLIN | Abi.POLLRDHUP | Abi.POLLHUP | Abi.POLLERR;
    /** How often it tries again before others have their turn. */
    private static final int MAX_RETRIES = 32;

    private final FakeStream stream;
    private final FakeBuffers buffers;
    private final boolean multishot;
    private final int limit;
    private int total;

    FakeReceive(FakeRequests requests, FakeStream stream, FakeBuffers buffers, FakeSqe sqe) {
        super(requests, stream, sqe);
        this.stream = stream;
        this.buffers = buffers;
        multishot = sqe.ioprio == Abi.RECV_MULTISHOT;
        limit = sqe.optlen;
    }

    @Override
    public void woken(int bits) {
        if ((bits & WAKES) != 0 && !cancelled) {
            requests.queue(this);
        }
    }

    @Override
    void start() {
        if (multishot) {
            work();
        } else if ((stream.ready() & WAKES) != 0) {
            requests.queue(this);
        }
    }

    @Override
    void work() {
        for (int i = 0; i <= MAX_RETRIES; i++) {
            // Measured: without a buffer it ends at once, whether there is something to receive or not.
            int id = buffers.peek(requests.faults().buffers());
            if (id < 0) {
                requests.end(this, -Errno.ENOBUFS, 0);
                return;
            }
            int result = stream.receive(buffers.address(), buffers.length());
            if (result == -Errno.EAGAIN) {
                return;
            }
            if (result <= 0) {
                requests.end(this, result, 0);
                return;
            }
            buffers.take();
            int flags = Abi.CQE_F_BUFFER | id << Abi.CQE_BUFFER_SHIFT
                    | (stream.hintsMore() ? Abi.CQE_F_SOCK_NONEMPTY : 0);
            total += result;
            boolean last = !multishot || limit != 0 && total >= limit;
            if (last || !requests.postMore(this, result, flags)) {
                // Measured: what reaches the limit is not cut short. It also ends when a completion finds the queue full;
                // the bytes are in that completion.
                requests.end(this, result, flags);
                return;
            }
            // It does not look again if the socket does not tell of more; so it may miss an end behind the data.
            if (!stream.hintsMore() && (!stream.isOver() || !requests.faults().hearsOfEnd())) {
                return;
            }
        }
        requests.queue(this);
    }

    @Override
    boolean isBeyondCancelling() {
        return requests.faults().eventWins();
    }

    @Override
    public String toString() {
        return "FakeReceive(userData: 0x" + Long.toHexString(userData) + ", " + stream
                + (cancelled ? ", cancelled" : "") + ')';
    }
}
