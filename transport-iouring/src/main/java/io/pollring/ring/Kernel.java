/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.nio.ByteBuffer;

/**
 * The system calls behind a {@link Ring} and an {@link EpollSet}. {@link Native#kernel()} makes them; tests put a
 * kernel of their own here, one that answers late, out of order, twice or not at all.
 *
 * <p>Every call returns its result, or {@code -errno}; none throws and none retries.
 */
public interface Kernel {

    /**
     * {@code io_uring_setup(2)}.
     *
     * @param entries the wished number of SQEs
     * @param params  a direct buffer with a {@code struct io_uring_params}, which the kernel fills in
     * @return the ring's fd, or {@code -errno}
     */
    int setup(int entries, ByteBuffer params);

    /**
     * Maps a part of the ring.
     *
     * @return the memory in native byte order, owned by the caller until {@link #unmap(ByteBuffer)}
     * @throws RingException if the kernel refuses
     */
    ByteBuffer map(int ringFd, long offset, long length) throws RingException;

    /** Unmaps what {@link #map(int, long, long)} returned. */
    void unmap(ByteBuffer memory);

    /**
     * {@code io_uring_enter(2)} without a time limit.
     *
     * @return the number of SQEs consumed, or {@code -errno}
     */
    int enter(int ringFd, int toSubmit, int minComplete, int flags);

    /**
     * {@code io_uring_enter(2)} with a time limit.
     *
     * @param timeoutNanos the longest wait, in nanoseconds, greater than zero
     * @return the number of SQEs consumed, or {@code -errno}
     */
    int enter(int ringFd, int toSubmit, int minComplete, int flags, long timeoutNanos);

    /**
     * {@code io_uring_register(2)}.
     *
     * @param argument a direct buffer, or {@code null}
     */
    int register(int ringFd, int opcode, ByteBuffer argument, int count);

    /** {@code epoll_create1(EPOLL_CLOEXEC)}. */
    int epollCreate();

    /** {@code epoll_ctl(EPOLL_CTL_ADD)}; an event carries the fd as its data. */
    int epollAdd(int epollFd, int fd, int mask);

    /** {@code epoll_ctl(EPOLL_CTL_MOD)}. */
    int epollModify(int epollFd, int fd, int mask);

    /** {@code epoll_ctl(EPOLL_CTL_DEL)}. */
    int epollRemove(int epollFd, int fd);

    /**
     * {@code epoll_wait(2)}.
     *
     * @param events        a direct buffer for {@code maxEvents} {@code struct epoll_event}s
     * @param timeoutMillis the longest wait, 0 for none, -1 for no limit
     */
    int epollWait(int epollFd, ByteBuffer events, int maxEvents, int timeoutMillis);

    /** {@code sysconf(_SC_PAGESIZE)}: 4096 nearly everywhere, and 16384 or 65536 on some 64-bit ARM machines. */
    int pageBytes();

    /** {@code close(2)}. */
    void close(int fd);
}
