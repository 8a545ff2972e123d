/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.io.IOException;
import java.util.Map;

/** Something that counts, by kind, the system calls of a server while it is attached. */
interface SyscallCounter {

    /** What does the counting, for the report. */
    String name();

    /** Starts counting; when this returns, every system call from now on is counted. */
    Session attach(ServerProcess server) throws IOException, InterruptedException;

    /** One attached counter. */
    interface Session extends AutoCloseable {

        /** Ends the counting: how often each system call was made. */
        Map<String, Long> detach() throws IOException, InterruptedException;

        @Override
        void close() throws IOException;
    }
}
