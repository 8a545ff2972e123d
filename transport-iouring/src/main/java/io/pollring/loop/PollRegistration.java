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

/**
 * One handle's registration: what the handle wants to hear of, what the kernel was told, and what has happened.
 *
 * <p>{@link #submit(IoOps)}, {@link #cancel()} and {@link #isValid()} may be called by any thread; the first two hop to
 * the loop. All else belongs to the loop's thread.
 *
 * <p>There is one for each of what may be a great many connections, so nothing is kept that can be had from elsewhere,
 * and what comes of the ring is kept in as many bits as it has: events in 16, an error number in 12.
 */
class PollRegistration implements IoRegistration {
    static final int NO_SLOT = -1;
    /** Stands in {@link WorkQueues#dirty()}, as its interest has to be brought to the kernel. */
    static final int MEMBER_OF_DIRTY = 1;
    /** Stands in {@link WorkQueues#ready()}, as it has events to deliver. */
    static final int MEMBER_OF_READY = 1 << 1;
    /** Stands in {@link SendBatch}'s queue, as it has something to send. */
    static final int MEMBER_OF_SENDS = 1 << 2;
    /** Is to be {@linkplain WorkQueues#postpone rechecked} before the loop sleeps. */
    static final int MEMBER_OF_POSTPONED = 1 << 3;

    /** epoll's flag for edge-triggered interest, which hosted channels do not use but other handles may. */
    static final int EPOLLET = 1 << 31;
    /** epoll's flag for interest that is over when it was told once. */
    static final int EPOLLONESHOT = 1 << 30;
    private static final short ALL = ~0;
    /** How often in a row a poll may end for nothing, or for want of memory, before epoll takes over. */
    static final int MAX_RETRIES = 4;

    final EpollIoHandle handle;
    final RegistrationLoop loop;
    private volatile boolean cancelled;

    PollState state = PollState.IDLE;
    int slot = NO_SLOT;
    byte memberships;
    /** What the handle last submitted. */
    int desired;
    /** What the ring, or the epoll set, was told. May be more than desired: interest is given up lazily. */
    int armed;
    /** Events that may still be there although no edge will tell: the handle may have left some of it behind. */
    short recheck;
    /** Events that were armed for and have come, but were not desired any more. */
    short unwanted;
    /** What has completed and is not delivered yet. */
    short ready;
    /** The error that the poll ended with and that is not dealt with yet, or 0. */
    short failure;
    /** How often in a row the poll has ended without need. */
    byte retries;

    PollRegistration(RegistrationLoop loop, EpollIoHandle handle) {
        this.loop = loop;
        this.handle = handle;
    }

    /** -1 if the handle does not say. */
    int fd() {
        try {
            return handle.fd().intValue();
        } catch (Throwable t) {
            // Whoever needs it asks first whether it is open.
            return -1;
        }
    }

    /** Whether the handle's fd is open, and the handle says so. */
    boolean isOpen() {
        try {
            return handle.fd().isOpen();
        } catch (Throwable t) {
            return loop.offended(this, t);
        }
    }

    /** Of the last poll in this registration's slot; 0 without a slot. */
    int generation() {
        return slot == NO_SLOT ? 0 : loop.generation(slot);
    }

    @SuppressWarnings("unchecked")
    @Override
    public <T> T attachment() {
        return (T) loop.attachment();
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
        if (loop.inLoop()) {
            if (!handle.fd().isOpen()) {
                // What epoll_ctl would answer.
                throw new UncheckedIOException(
                        Errors.newIOException("poll of closed fd " + fd(), Errors.ERRNO_EBADF_NEGATIVE));
            }
            desire(mask);
        } else {
            loop.execute(() -> desire(mask));
        }
        return mask;
    }

    @Override
    public boolean isValid() {
        return !cancelled;
    }

    @Override
    public boolean cancel() {
        boolean here = loop.inLoop();
        synchronized (this) {
            if (cancelled) {
                return false;
            }
            cancelled = true;
        }
        if (here) {
            loop.close(this);
        } else {
            closeInLoop();
        }
        return true;
    }

    private void closeInLoop() {
        boolean success = false;
        try {
            loop.execute(() -> loop.close(this));
            success = true;
        } finally {
            if (!success) {
                // The loop does not know of it, and watches on until it does, or ends.
                cancelled = false;
            }
        }
    }

    private void desire(int mask) {
        if (!isValid()) {
            return;
        }
        desired = mask;
        if ((mask & (EPOLLET | EPOLLONESHOT)) != 0) {
            // epoll looks anew at each EPOLL_CTL_MOD, and that is how such a handle asks again.
            recheck = ALL;
        }
        loop.changed(this);
    }

    /** Whether the kernel has to hear of the difference between what is desired and what is armed. */
    boolean isDirty() {
        int polled = polled();
        switch (state) {
            case IDLE:
                return polled != 0;
            case ARMED:
            case ARMED_ONCE:
                return (polled & ~armed) != 0
                        // An event that nobody wants any more is not to come again, or is to be looked for again.
                        || unwanted != 0
                        // An error that was not taken is told again, as epoll does. A hang-up is not: it stays for ever.
                        || polled != 0 && ((polled | Abi.POLLERR) & recheck) != 0;
            case REVERTED:
                return desired != armed || (desired & (EPOLLET | EPOLLONESHOT)) != 0 && recheck != 0;
            case REMOVING:
            case CLOSING:
            case CLOSED:
                return false;
            default:
                throw new AssertionError(state);
        }
    }

    /** What of {@link #desired} a poll has to tell. */
    int polled() {
        return desired;
    }

    /** Whether what a poll has to tell happens once at most, so that the poll may be over then. */
    boolean isOnceOnly() {
        return false;
    }

    /** Whether a receive is in the kernel, or queued for it. */
    boolean isReceiving() {
        return false;
    }

    /** Whether a request is in the kernel that is being cancelled, or of a registration that is over. */
    boolean isEnding() {
        return state.isEnding() || isReceiving();
    }

    /**
     * A poll has events.
     *
     * @return those that the handle is to hear of now
     */
    int told(int events) {
        return events;
    }

    /** Whether events can be delivered that no poll will tell. */
    boolean isDeliverable() {
        return false;
    }

    /** The kernel was told {@code mask}, and looks at the file anew. */
    void armed(int mask) {
        armed = mask;
        recheck = 0;
        unwanted = 0;
    }

    /** Nothing is desired any more, and nothing is to be left in the kernel until something is. */
    void abandon() {
        desired = 0;
        ready = 0;
        failure = 0;
        unwanted = ALL;
    }

    /** The next interest must be brought to the kernel whatever it was told before. */
    void recheckAll() {
        recheck = ALL;
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
            recheckAll();
            unwanted |= events & armed;
            return 0;
        }
        // POLLERR and POLLHUP always go through, as with epoll. POLLRDHUP only if desired: the ring adds it unasked.
        unwanted |= events & armed & ~desired;
        int wanted = events & (desired | Abi.POLLERR | Abi.POLLHUP);
        if (wanted != 0 && (desired & EPOLLONESHOT) != 0) {
            // Not even an error or a hang-up is told before the handle asks again.
            desired = 0;
        }
        return wanted;
    }

    /** The handle was given {@code events}. @param drained whether it has taken all data; it may have left the rest */
    void delivered(int events, boolean drained) {
        if ((desired & EPOLLET) == 0) {
            recheck |= drained ? events & ~Abi.POLLIN : events;
        }
    }

    /** The handle was given {@link Abi#POLLIN} some time ago, and may have left data. */
    void recheckData() {
        if ((desired & EPOLLET) == 0) {
            recheck |= Abi.POLLIN;
        }
    }

    /** Its poll, if there was one, has gone with its ring. */
    void pollIsGone() {
        if (state.isArmed() || state.isEnding()) {
            state = state.ended();
            armed = 0;
        }
    }

    /**
     * The poll has ended without need, once more.
     *
     * @return whether that has happened too often in a row
     */
    boolean retriedTooOften() {
        return ++retries > MAX_RETRIES;
    }

    @Override
    public String toString() {
        return "PollRegistration(fd: " + fd() + ", state: " + state + ", slot: " + slot + ", generation: " + generation()
                + ", desired: 0x" + Integer.toHexString(desired)
                + ", armed: 0x" + Integer.toHexString(armed) + ')';
    }
}
