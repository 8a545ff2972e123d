/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** An epoll instance of a {@link FakeKernel}. Entries go by fd and file, so one outlives a close if the file does. */
final class FakeEpoll extends FakeFile {
    private static final int EPOLLET = 1 << 31;

    private final List<Entry> entries = new ArrayList<>();

    FakeEpoll() {
        super(true);
    }

    @Override
    public int ready() {
        for (Entry entry : entries) {
            if (entry.events() != 0) {
                return Abi.POLLIN;
            }
        }
        return 0;
    }

    int add(int fd, FakeFile file, int mask) {
        if (file == null) {
            return -Errno.EBADF;
        }
        if (!file.isPollable()) {
            return -Errno.EPERM;
        }
        if (find(fd, file) != null) {
            return -Errno.EEXIST;
        }
        Entry entry = new Entry(fd, file);
        entries.add(entry);
        file.add(entry);
        entry.set(mask);
        return 0;
    }

    int modify(int fd, FakeFile file, int mask) {
        Entry entry = find(fd, file);
        if (entry == null) {
            return file == null ? -Errno.EBADF : -Errno.ENOENT;
        }
        entry.set(mask);
        return 0;
    }

    int remove(int fd, FakeFile file) {
        Entry entry = find(fd, file);
        if (entry == null) {
            return file == null ? -Errno.EBADF : -Errno.ENOENT;
        }
        file.remove(entry);
        entries.remove(entry);
        return 0;
    }

    /** Whether {@code fd} is watched, as the file that it is now. */
    boolean watches(int fd, FakeFile file) {
        return find(fd, file) != null;
    }

    int size() {
        return entries.size();
    }

    /** Writes the events that are there into {@code events} and returns how many. */
    int collect(ByteBuffer events, int maxEvents, int eventBytes, int dataOffset) {
        int count = 0;
        for (Entry entry : new ArrayList<>(entries)) {
            int bits = entry.events();
            if (bits != 0 && count < maxEvents) {
                events.putInt(count * eventBytes, bits);
                events.putInt(count * eventBytes + dataOffset, entry.fd);
                entry.edge = false;
                count++;
                // Whoever was served goes to the end, so that a small maxEvents starves nobody.
                entries.remove(entry);
                entries.add(entry);
            }
        }
        return count;
    }

    private Entry find(int fd, FakeFile file) {
        for (Entry entry : entries) {
            if (entry.fd == fd && entry.file == file) {
                return entry;
            }
        }
        return null;
    }

    @Override
    void closed() {
        for (Entry entry : entries) {
            entry.file.remove(entry);
        }
        entries.clear();
    }

    private final class Entry implements Waiter {
        final int fd;
        final FakeFile file;
        int mask;
        boolean edge;

        Entry(int fd, FakeFile file) {
            this.fd = fd;
            this.file = file;
        }

        void set(int mask) {
            this.mask = mask;
            edge = true;
            if (events() != 0) {
                wake(Abi.POLLIN);
            }
        }

        int events() {
            if ((mask & EPOLLET) != 0 && !edge) {
                return 0;
            }
            return file.ready() & (mask | Abi.POLLERR | Abi.POLLHUP);
        }

        @Override
        public void woken(int bits) {
            if ((bits & (mask | Abi.POLLERR | Abi.POLLHUP)) != 0) {
                edge = true;
                wake(Abi.POLLIN);
            }
        }

        @Override
        public void released() {
            entries.remove(this);
        }
    }
}
