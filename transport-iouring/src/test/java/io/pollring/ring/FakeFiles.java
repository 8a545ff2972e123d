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
        return index >= 0 && index < open.size() ? open.get(index) : null;
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

    /** How many fds are open. */
    public int count() {
        int count = 0;
        for (FakeFile file : open) {
            count += file == null ? 0 : 1;
        }
        return count;
    }
}
