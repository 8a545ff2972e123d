/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.Errors;
import io.netty.util.internal.StringUtil;
import io.pollring.ring.Abi;

import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * One handle's registration: what the handle wants to hear of, what the kernel was told, and what has happened.
 *
 * <p>{@link #submit(IoOps)}, {@link #cancel()} and {@link #isValid()} may be called by any thread; the first two hop to
 * the loop. All else belongs to the loop's thread. {@link Poller} makes every transition of {@link State}.
 */
final class PollRegistration implements IoRegistration {
    static final int NO_SLOT = -1;
    /** Stands in {@link Poller}'s queue of registrations whose interest has to be brought to the kernel. */
    static final int MEMBER_OF_DIRTY = 1;
    /** Stands in {@link Poller}'s queue of registrations with events to deliver. */
    static final int MEMBER_OF_READY = 1 << 1;

    /** epoll's flag for edge-triggered interest, which hosted channels do not use but other handles may. */
    static final int EPOLLET = 1 << 31;
    private static final int ALL = ~0;
    /** How often in a row a poll may end for nothing, or for want of memory, before epoll takes over. */
    private static final int MAX_STRIKES = 4;
    private static final AtomicIntegerFieldUpdater<PollRegistration> CANCELLED =
            AtomicIntegerFieldUpdater.newUpdater(PollRegistration.class, "cancelled");

    enum State {
        /** Nothing is armed. */
        IDLE,
        /** A poll of the current generation is in the kernel, or queued for it. */
        ARMED,
        /** That poll is being cancelled, so that another can take its place. */
        REMOVING,
        /** The epoll set watches the fd, or would if anything were desired. */
        REVERTED,
        /** Cancelled by the user. The slot is kept until the poll's last completion. */
        CLOSED
    }

    final EpollIoHandle handle;
    final int fd;
    private final Poller poller;
    private volatile int cancelled;

    State state = State.IDLE;
    int slot = NO_SLOT;
    int generation;
    int memberships;
    /** What the handle last submitted. */
    int desired;
    /** What the ring, or the epoll set, was told. May be more than desired: interest is given up lazily. */
    int armed;
    /** Events that may still be there although no edge will tell: the handle may have left some of it behind. */
    int unsettled;
    /** Events that were armed for and have come, but were not desired any more. */
    int swallowed;
    /** What has completed and is not delivered yet. */
    int ready;
    /** The error that the poll ended with and that is not dealt with yet, or 0. */
    int failure;
    /** How often in a row the poll has ended without need. */
    int strikes;

    PollRegistration(Poller poller, EpollIoHandle handle) {
        this.poller = poller;
        this.handle = handle;
        fd = handle.fd().intValue();
    }

    @SuppressWarnings("unchecked")
    @Override
    public <T> T attachment() {
        return (T) poller.attachment();
    }

    @Override
    public long submit(IoOps ops) {
        if (!(ops instanceof EpollIoOps)) {
            throw new IllegalArgumentException(
                    "IoOps of type " + StringUtil.simpleClassName(ops) + " not supported");
        }
        int mask = ((EpollIoOps) ops).value();
        if (!isValid()) {
            return -1;
        }
        if (poller.inLoop()) {
            if (!handle.fd().isOpen()) {
                // What epoll_ctl would answer.
                throw new UncheckedIOException(
                        Errors.newIOException("poll of closed fd " + fd, Errors.ERRNO_EBADF_NEGATIVE));
            }
            desire(mask);
        } else {
            poller.execute(() -> desire(mask));
        }
        return mask;
    }

    @Override
    public boolean isValid() {
        return cancelled == 0;
    }

    @Override
    public boolean cancel() {
        if (!CANCELLED.compareAndSet(this, 0, 1)) {
            return false;
        }
        if (poller.inLoop()) {
            poller.close(this);
        } else {
            poller.execute(() -> poller.close(this));
        }
        return true;
    }

    private void desire(int mask) {
        if (!isValid()) {
            return;
        }
        desired = mask;
        if ((mask & EPOLLET) != 0) {
            // epoll looks anew at each EPOLL_CTL_MOD, and with edges that is how a handle asks again.
            unsettled = ALL;
        }
        poller.changed(this);
    }

    /** Whether the kernel has to hear of the difference between what is desired and what is armed. */
    boolean isDirty() {
        switch (state) {
            case IDLE:
                return desired != 0;
            case ARMED:
                return (desired & ~armed) != 0
                        // An event that nobody wants any more is not to come again, or is to be looked for again.
                        || swallowed != 0
                        // An error that was not taken is told again, as epoll does. A hang-up is not: it stays for ever.
                        || desired != 0 && ((desired | Abi.POLLERR) & unsettled) != 0;
            case REVERTED:
                return desired != armed || (desired & EPOLLET) != 0 && unsettled != 0;
            case REMOVING:
            case CLOSED:
                return false;
            default:
                throw new AssertionError(state);
        }
    }

    /** The kernel was told {@code mask}, and looks at the file anew. */
    void armed(int mask) {
        armed = mask;
        unsettled = 0;
        swallowed = 0;
    }

    /** The next interest must be brought to the kernel whatever it was told before. */
    void unsettle() {
        unsettled = ALL;
    }

    /**
     * Takes the collected events, less those that the handle does not want to hear of.
     *
     * @return what to deliver, or 0
     */
    int takeWanted() {
        int events = ready;
        ready = 0;
        if (desired == 0) {
            unsettle();
            swallowed |= events & armed;
            return 0;
        }
        // POLLERR and POLLHUP always go through, as with epoll. POLLRDHUP only if desired: the ring adds it unasked.
        swallowed |= events & armed & ~desired;
        return events & (desired | Abi.POLLERR | Abi.POLLHUP);
    }

    /** The handle was given {@code events} and has perhaps not taken all there is. */
    void leftBehind(int events) {
        if ((desired & EPOLLET) == 0) {
            unsettled |= events;
        }
    }

    /**
     * The poll has ended without need, once more.
     *
     * @return whether that has happened too often in a row
     */
    boolean strike() {
        return ++strikes > MAX_STRIKES;
    }

    @Override
    public String toString() {
        return "PollRegistration(fd: " + fd + ", state: " + state + ", slot: " + slot + ", generation: " + generation
                + ", desired: 0x" + Integer.toHexString(desired) + ", armed: 0x" + Integer.toHexString(armed) + ')';
    }
}
