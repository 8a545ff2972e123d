/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.Abi;
import io.pollring.ring.EpollSet;
import io.pollring.ring.Errno;
import io.pollring.ring.Ring;
import io.pollring.ring.SubmissionQueue;
import io.pollring.ring.UserData;

/**
 * The loop's own fds: the eventfd that wakes it, the timerfd of its tasks, and the epoll fd behind which reverted
 * channels are watched.
 *
 * <p>The first two are never read, so they need an edge-triggered watch: a multishot poll, or where there is no ring
 * {@code EPOLLET} in the epoll set. The epoll fd needs the opposite, a one-shot poll that is armed anew after each
 * {@code epoll_wait}: it then looks at the set again, and nothing that was left behind is missed.
 *
 * <p>Belongs to the loop's thread.
 */
final class InternalPolls {
    private static final int EPOLLET = 1 << 31;

    private final EpollSet epollSet;
    private final int wakeupFd;
    private final LoopTimer timer;
    private final int timerFd;
    private final LoopMetrics metrics;

    private Ring ring;
    private boolean wakeupArmed;
    private boolean timerArmed;
    private boolean epollArmed;
    private boolean epollReady;

    InternalPolls(EpollSet epollSet, int wakeupFd, LoopTimer timer, LoopMetrics metrics) {
        this.epollSet = epollSet;
        this.wakeupFd = wakeupFd;
        this.timer = timer;
        this.metrics = metrics;
        timerFd = timer == null ? -1 : timer.fd();
    }

    /**
     * From now on the fds are watched by {@code ring}, which knows of none yet; {@code null} for the epoll set.
     */
    void useRing(Ring ring) {
        if (this.ring == null && wakeupArmed) {
            remove(wakeupFd);
            remove(timerFd);
        }
        this.ring = ring;
        wakeupArmed = ring == null;
        timerArmed = ring == null;
        epollArmed = false;
        epollReady = false;
        if (ring == null) {
            add(wakeupFd);
            add(timerFd);
        }
    }

    private void add(int fd) {
        int result = fd < 0 ? 0 : epollSet.set(fd, Abi.POLLIN | EPOLLET, false);
        if (result < 0) {
            throw new IllegalStateException(
                    "epoll_ctl(ADD) of the loop's own fd " + fd + " failed with " + Errno.name(-result));
        }
    }

    private void remove(int fd) {
        int result = fd < 0 ? 0 : epollSet.remove(fd);
        if (result < 0) {
            throw new IllegalStateException(
                    "epoll_ctl(DEL) of the loop's own fd " + fd + " failed with " + Errno.name(-result));
        }
    }

    /** Arms what has ended, or was never armed. */
    void reify(boolean epollSetInUse) {
        if (ring == null) {
            return;
        }
        SubmissionQueue queue = ring.submissionQueue();
        if (!wakeupArmed) {
            wakeupArmed = true;
            queue.pollAdd(wakeupFd, Abi.POLLIN, true, UserData.encode(RequestKind.WAKEUP, 0, 0));
        }
        if (!timerArmed && timerFd >= 0) {
            timerArmed = true;
            queue.pollAdd(timerFd, Abi.POLLIN, true, UserData.encode(RequestKind.TIMER, 0, 0));
        }
        if (!epollArmed && epollSetInUse) {
            epollArmed = true;
            queue.pollAdd(epollSet.fd(), Abi.POLLIN, false, UserData.encode(RequestKind.EPOLL, 0, 0));
        }
    }

    /** Whether a poll that the loop needs is not armed: one has ended while another was armed, in a full queue. */
    boolean isDirty(boolean epollSetInUse) {
        return ring != null && (!wakeupArmed || !timerArmed && timerFd >= 0 || !epollArmed && epollSetInUse);
    }

    void completed(int kind, int result, int flags) {
        boolean more = (flags & Abi.CQE_F_MORE) != 0;
        switch (kind) {
            case RequestKind.WAKEUP:
                wakeupArmed = more;
                metrics.wakeups.increment();
                break;
            case RequestKind.TIMER:
                timerArmed = more;
                timerExpired();
                break;
            case RequestKind.EPOLL:
                epollArmed = false;
                epollReady = true;
                break;
            default:
                throw new AssertionError("kind " + kind + ", result " + result);
        }
    }

    /**
     * Takes an event of the epoll set if it is one of this class's.
     *
     * @return whether it was
     */
    boolean epollEvent(int fd) {
        if (fd == wakeupFd) {
            metrics.wakeups.increment();
            return true;
        }
        if (fd == timerFd) {
            timerExpired();
            return true;
        }
        return false;
    }

    private void timerExpired() {
        if (timer != null) {
            timer.expired();
        }
    }

    /** Whether the ring has said that the epoll set has events; asks once. */
    boolean takeEpollReady() {
        boolean taken = epollReady;
        epollReady = false;
        return taken;
    }
}
