/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.util.List;

/** What goes wrong in a {@link FakeKernel}. This one lets everything go right; tests override what they need. */
public class FakeFaults {
    /** @return {@code -errno} for {@code io_uring_setup}, or 0 to let it happen */
    public int setup(int flags) {
        return 0;
    }

    /** @return {@code -errno} for {@code mmap}, or 0 to let it happen */
    public int map(long offset) {
        return 0;
    }

    /** @return {@code -errno} for {@code io_uring_register}, or 0 to let it happen */
    public int register(int opcode) {
        return 0;
    }

    /**
     * @param overflowing whether completions wait because the queue was full
     * @return {@code -errno} for {@code io_uring_enter}, which then does nothing, or 0 to let it happen
     */
    public int enter(boolean overflowing) {
        return 0;
    }

    /** @return {@code -errno} for {@code epoll_wait}, or 0 to let it happen */
    public int epollWait() {
        return 0;
    }

    /** @return {@code -errno} for {@code epoll_ctl} on {@code fd}, or 0 to let it happen */
    public int epollControl(int fd) {
        return 0;
    }

    /** How many of {@code submitted} SQEs an enter takes; with 0 it answers EAGAIN. */
    public int accepted(int submitted) {
        return submitted;
    }

    /** The negative result of a request that would succeed, or 0. */
    public int result(int opcode, long userData) {
        return 0;
    }

    /** By how many enters a request's wake-up, or its end after a cancellation, is late. */
    public int lateness(long userData) {
        return 0;
    }

    /** Which of {@code count} pieces of work is done first. */
    public int choose(int count) {
        return 0;
    }

    /** How many pieces of deferred work an enter does if it waits for fewer, as Linux 6.18 does. */
    public int batch() {
        return 20;
    }

    /** Whether there is memory to keep the last completion of a request when it finds the queue full. */
    public boolean keeps(long userData, int result) {
        return true;
    }

    /** Whether a wait that finds nothing says that completions were lost, as since Linux 5.19. */
    public boolean tellsLoss() {
        return true;
    }

    /** Whether a poll tells what woke it, rather than look again at what is ready when it is served. */
    public boolean tellsWakeUp() {
        return true;
    }

    /** Whether a cancellation comes too late for a one-shot poll, or a receive, with an event under way. */
    public boolean eventWins() {
        return false;
    }

    /** How many buffers of a buffer ring can be in the application's hands before there is none for a receive. */
    public int buffers() {
        return Integer.MAX_VALUE;
    }

    /** Whether a receive that has taken the last of the data looks again, and so finds the end behind it. */
    public boolean hearsOfEnd() {
        return true;
    }

    /** How often the last completion of a request is posted. */
    public int copies(long userData) {
        return 1;
    }

    /** One of the armed requests, to be ended with ECANCELED by nobody, or {@code -1} for none. */
    public int victim(List<Long> armed) {
        return -1;
    }
}
