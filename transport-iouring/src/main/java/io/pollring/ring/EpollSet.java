/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An epoll instance: watches what a ring cannot, and everything where there is no ring. Level-triggered, unless the mask
 * says otherwise. An event carries the fd that was added.
 *
 * <p>Only the owning loop's thread may use it. {@link #close()} closes the epoll fd.
 */
public final class EpollSet implements AutoCloseable {
    private static final int MAX_EVENTS = 1024;

    private final Kernel kernel;
    private final int fd;
    private final int eventBytes;
    private final int dataOffset;
    private final ByteBuffer events;
    private final Counter waits = new Counter();
    private final Counter controls = new Counter();
    private boolean open = true;

    /**
     * @param eventBytes the size of {@code struct epoll_event}, which differs between architectures
     * @param dataOffset the offset of its data
     */
    public EpollSet(Kernel kernel, int eventBytes, int dataOffset) {
        this.kernel = kernel;
        this.eventBytes = eventBytes;
        this.dataOffset = dataOffset;
        events = ByteBuffer.allocateDirect(MAX_EVENTS * eventBytes).order(ByteOrder.nativeOrder());
        fd = kernel.epollCreate();
    }

    public int fd() {
        return fd;
    }

    /**
     * Starts to watch {@code fd}, or changes its mask.
     *
     * @param watched whether {@code fd} is in the set already
     * @return 0 or {@code -errno}
     */
    public int set(int fd, int mask, boolean watched) {
        controls.increment();
        int result = watched ? kernel.epollModify(this.fd, fd, mask) : kernel.epollAdd(this.fd, fd, mask);
        // What the set holds is the kernel's to say: a file that is shared with another process can outlive its fd.
        if (result == -Errno.ENOENT && watched) {
            return kernel.epollAdd(this.fd, fd, mask);
        }
        if (result == -Errno.EEXIST && !watched) {
            return kernel.epollModify(this.fd, fd, mask);
        }
        return result;
    }

    /**
     * Stops to watch {@code fd}.
     *
     * @return 0 or {@code -errno}; ENOENT and EBADF only mean that it was gone already
     */
    public int remove(int fd) {
        controls.increment();
        return kernel.epollRemove(this.fd, fd);
    }

    /**
     * Waits for events, which are then there for {@link #eventFd(int)} and {@link #eventMask(int)} until the next call.
     *
     * @param timeoutMillis 0 not to wait, -1 for no limit
     * @return the number of events, 0 after a signal
     * @throws RingException if the kernel refuses
     */
    public int await(int timeoutMillis) throws RingException {
        waits.increment();
        int result = kernel.epollWait(fd, events, MAX_EVENTS, timeoutMillis);
        if (result == -Errno.EINTR) {
            return 0;
        }
        if (result < 0) {
            throw new RingException("epoll_wait of epoll fd " + fd, result);
        }
        return result;
    }

    public int eventFd(int index) {
        return events.getInt(index * eventBytes + dataOffset);
    }

    public int eventMask(int index) {
        return events.getInt(index * eventBytes);
    }

    /** How often {@code epoll_wait} was called. */
    public long waits() {
        return waits.get();
    }

    /** How often {@code epoll_ctl} was called. */
    public long controls() {
        return controls.get();
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            kernel.close(fd);
        }
    }
}
