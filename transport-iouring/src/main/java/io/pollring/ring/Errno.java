/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.util.Map;

import static java.util.Map.entry;

/** The error numbers that io_uring and poll requests answer with, and their names for messages and counters. */
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int EINVAL = 22;
    public static final int ENFILE = 23;
    public static final int EMFILE = 24;
    public static final int ENOSYS = 38;
    /** Of {@code io_uring_enter}: completions were lost, as there was no memory to keep them (Linux 5.19). */
    public static final int EBADR = 53;
    public static final int ETIME = 62;
    public static final int ENOTSOCK = 88;
    public static final int EMSGSIZE = 90;
    public static final int EOPNOTSUPP = 95;
    public static final int ENOBUFS = 105;
    public static final int EALREADY = 114;
    public static final int ECANCELED = 125;

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            entry(EPERM, "EPERM"),
            entry(ENOENT, "ENOENT"),
            entry(EINTR, "EINTR"),
            entry(EIO, "EIO"),
            entry(EBADF, "EBADF"),
            entry(EAGAIN, "EAGAIN"),
            entry(ENOMEM, "ENOMEM"),
            entry(EACCES, "EACCES"),
            entry(EBUSY, "EBUSY"),
            entry(EEXIST, "EEXIST"),
            entry(EINVAL, "EINVAL"),
            entry(ENFILE, "ENFILE"),
            entry(EMFILE, "EMFILE"),
            entry(ENOSYS, "ENOSYS"),
            entry(EBADR, "EBADR"),
            entry(ETIME, "ETIME"),
            entry(ENOTSOCK, "ENOTSOCK"),
            entry(EMSGSIZE, "EMSGSIZE"),
            entry(EOPNOTSUPP, "EOPNOTSUPP"),
            entry(ENOBUFS, "ENOBUFS"),
            entry(EALREADY, "EALREADY"),
            entry(ECANCELED, "ECANCELED"));

    private Errno() { }

    /**
     * @param errno a positive error number
     * @return its symbolic name, or {@code "errno N"} for one that this transport never expects
     */
    public static String name(int errno) {
        String name = NAMES.get(errno);
        return name == null ? "errno " + errno : name;
    }
}
