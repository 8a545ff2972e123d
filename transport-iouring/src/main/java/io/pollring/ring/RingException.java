/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.io.IOException;

/** A system call on a ring failed in a way that ends the ring. The message has the call, the fd and the errno's name. */
public final class RingException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /**
     * @param operation what was tried, with the fd where there is one
     * @param result    the call's negative result
     */
    public RingException(String operation, int result) {
        this(operation, result, "");
    }

    /**
     * @param operation what was tried, with the fd where there is one
     * @param result    the call's negative result
     * @param remedy    what an operator can do, appended to the message
     */
    public RingException(String operation, int result, String remedy) {
        super(operation + " failed with " + Errno.name(-result) + remedy);
        errno = -result;
    }

    /** The positive error number. */
    public int errno() {
        return errno;
    }
}
