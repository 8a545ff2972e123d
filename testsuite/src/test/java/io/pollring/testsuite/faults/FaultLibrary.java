/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.faults;

import com.sun.jna.Library;
import com.sun.jna.Native;

/** The preloaded library of faults ({@code src/test/c/faults.c}), as the program under it sees it. */
public interface FaultLibrary extends Library {

    /** The one that this process was started with; its absence is an error. */
    static FaultLibrary preloaded() {
        return Native.load((String) null, FaultLibrary.class);
    }

    /** No call fails until this is called with 0. */
    void pollring_faults_pause(int pause);

    /** How many connections faults have ended so far. */
    int pollring_faults_ended();

    /**
     * How often {@code fault}, {@code recv EINTR} for one, has come up so far; -1 if this kernel cannot be made to have
     * it.
     */
    int pollring_faults_count(String fault);

    /** No call on {@code fd} fails from now on; with 0 they may again. */
    void pollring_faults_spare(int fd, int spare);
}
