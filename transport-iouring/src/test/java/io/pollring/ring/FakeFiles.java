/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The fd table of a {@link FakeKernel}. As in a real process the lowest free number is given out, so that numbers are
 * reused at once. Its numbers start high; a lower one belongs to the process that runs the test (its eventfd, say), and
 * is adopted when first used.
 */
public final class FakeFiles {
    private static final int FIRST_FD = 100_000;
    /** Stands for a file that is closed, and whose number is not given out. */
    private static final FakeFile RESERVED = new FakeFile(false);

    private final List<FakeFile> open = new ArrayList<>();
    private final Map<Integer, FakeFile> adopted = new LinkedHashMap<>();

    int add(FakeFile file) {
        int free = open.indexOf(null);
        if (free < 0) {
            free = open.size();
            open.add(null);
        }
        open.set(free, file);
        return FIRST_FD + free;
    }

    /** Opens a socket, or anything else that can be waited for. */
    public int open() {
        return add(new FakeFile(true));
    }

    /**
     * Opens a connected stream socket.
     *
     * @param seed what its bytes are made of
     * @param room how much it can be sent
     */
    public int openStream(int seed, int room) {
        return add(new FakeStream(seed, room));
    }

    /** Opens a file that cannot be waited for. */
    public int openRegular() {
        FakeFile file = new FakeFile(false);
        file.fire(Abi.POLLIN | Abi.POLLOUT);
        return add(file);
    }

    /** The file behind {@code fd}, or {@code null} if that is not open. */
    public FakeFile get(int fd) {
        if (fd >= 0 && fd < FIRST_FD) {
            return adopted.computeIfAbsent(fd, number -> new FakeFile(true));
        }
        int index = fd - FIRST_FD;
        FakeFile file = index >= 0 && index < open.size() ? open.get(index) : null;
        return file == RESERVED ? null : file;
    }

    /** The files of the test's process that were adopted, in the order in which they were first used. */
    public List<FakeFile> adopted() {
        return new ArrayList<>(adopted.values());
    }

    /** {@code close(2)}: whoever else holds the file keeps it. */
    public void close(int fd) {
        FakeFile file = get(fd);
        if (file == null || fd < FIRST_FD) {
            throw new AssertionError("close of fd " + fd + ", which is not open");
        }
        open.set(fd - FIRST_FD, null);
        file.release();
    }

    /** {@code close(2)} behind the back of whoever believes that it has {@code fd}; nobody gets its number until then. */
    public void closeAndReserve(int fd) {
        close(fd);
        open.set(fd - FIRST_FD, RESERVED);
    }

    /** The number of an fd that was closed behind its owner's back can be given out. */
    public void unreserve(int fd) {
        if (open.set(fd - FIRST_FD, null) != RESERVED) {
            throw new AssertionError("fd " + fd + " is not reserved");
        }
    }

    /** How many fds are open. */
    public int count() {
        int count = 0;
        for (FakeFile file : open) {
            count += file == null ? 0 : 1;
        }
        return count;
    }
}
