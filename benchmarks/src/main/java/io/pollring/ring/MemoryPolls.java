/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.util.Arrays;

/**
 * The polls of a {@link MemoryKernel}, of which every file has one at most. They are found without a search, which
 * would cost more than what is measured: by their fd, or by the kind and the slot that their user data names.
 */
final class MemoryPolls {
    private static final int KINDS = 16;
    private static final int SLOTS = 64;

    private final Poll[] byUserData = new Poll[KINDS * SLOTS];
    private Poll[] byFd = new Poll[1024];

    /** A poll, which may be over, and its file. */
    static final class Poll {
        long userData;
        int events;
        /** What the file has, whoever asks. */
        int ready;
        boolean armed;
        boolean multishot;
    }

    Poll add(int fd, int events, boolean multishot, long userData) {
        Poll poll = of(fd);
        if (poll.armed) {
            throw new IllegalStateException("fd " + fd + " has a poll already");
        }
        poll.userData = userData;
        poll.events = events;
        poll.multishot = multishot;
        poll.armed = true;
        byUserData[index(userData)] = poll;
        return poll;
    }

    /** The armed poll with that user data, or {@code null}. */
    Poll find(long userData) {
        Poll poll = byUserData[index(userData)];
        return poll != null && poll.armed && poll.userData == userData ? poll : null;
    }

    Poll of(int fd) {
        if (fd >= byFd.length) {
            byFd = Arrays.copyOf(byFd, fd * 2);
        }
        if (byFd[fd] == null) {
            byFd[fd] = new Poll();
        }
        return byFd[fd];
    }

    private static int index(long userData) {
        int slot = UserData.slot(userData);
        if (slot >= SLOTS) {
            throw new IllegalStateException("no benchmark has needed slot " + slot);
        }
        return UserData.kind(userData) * SLOTS + slot;
    }
}
